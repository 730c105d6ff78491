from django.db import migrations

from audit.append_only import protect

# A published version is what contracts were made from: only the day of its end is still written.
GUARD = """
CREATE FUNCTION contracts_templateversion_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'version % of a template is not deleted', OLD.number
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.template_id <> NEW.template_id OR OLD.number <> NEW.number OR OLD.created_at <> NEW.created_at
        OR OLD.created_by_id IS DISTINCT FROM NEW.created_by_id
    THEN
        RAISE EXCEPTION 'version % of a template stays what it is', OLD.number
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.published_at IS NOT NULL AND to_jsonb(OLD) - 'retires_on' IS DISTINCT FROM to_jsonb(NEW) - 'retires_on' THEN
        RAISE EXCEPTION 'version % of a template is published and no longer changes', OLD.number
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.state = 'in_review' AND NEW.state = 'in_review' AND (OLD.sha256 <> NEW.sha256
        OR OLD.clauses <> NEW.clauses OR OLD.findings <> NEW.findings
        OR OLD.valid_from IS DISTINCT FROM NEW.valid_from)
    THEN
        RAISE EXCEPTION 'version % of a template is in review and does not change', OLD.number
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER contracts_templateversion_guard BEFORE UPDATE OR DELETE ON contracts_templateversion
    FOR EACH ROW EXECUTE FUNCTION contracts_templateversion_guard();
ALTER TABLE contracts_templateversion ENABLE ALWAYS TRIGGER contracts_templateversion_guard;
"""
DROP = """
DROP TRIGGER contracts_templateversion_guard ON contracts_templateversion;
DROP FUNCTION contracts_templateversion_guard();
"""


class Migration(migrations.Migration):
    dependencies = [("contracts", "0003_templates"), ("audit", "0002_append_only")]
    operations = [
        migrations.RunSQL(GUARD, DROP),
        protect("contracts_clause"),
        protect("contracts_clauseversion"),
    ]
