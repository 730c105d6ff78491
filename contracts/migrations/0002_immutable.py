from django.db import migrations

# An issued document is only ever voided, and that once; what was ordered is never removed.
GUARD = """
CREATE FUNCTION contracts_document_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    was jsonb := to_jsonb(OLD);
    becomes jsonb;
    fixed text[] := ARRAY['number', 'kind', 'language', 'request_no', 'customer_id', 'snapshot',
        'snapshot_sha256', 'verify_code', 'created_at', 'ordered_by_id', 'confidential'];
    name text;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'document % is not deleted', OLD.number
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    becomes := to_jsonb(NEW);
    FOREACH name IN ARRAY fixed LOOP
        IF was -> name IS DISTINCT FROM becomes -> name THEN
            RAISE EXCEPTION '% of document % is never changed', name, OLD.number
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END LOOP;
    IF OLD.state = 'done' AND (OLD.voided_at IS NOT NULL
        OR was - 'voided_at' - 'voided_by_id' - 'void_reason'
            IS DISTINCT FROM becomes - 'voided_at' - 'voided_by_id' - 'void_reason')
    THEN
        RAISE EXCEPTION 'document % is issued and only ever voided', OLD.number
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER contracts_document_guard BEFORE UPDATE OR DELETE ON contracts_document
    FOR EACH ROW EXECUTE FUNCTION contracts_document_guard();
ALTER TABLE contracts_document ENABLE ALWAYS TRIGGER contracts_document_guard;
"""
DROP = """
DROP TRIGGER contracts_document_guard ON contracts_document;
DROP FUNCTION contracts_document_guard();
"""


class Migration(migrations.Migration):
    dependencies = [("contracts", "0001_initial")]
    operations = [migrations.RunSQL(GUARD, DROP)]
