from django.db import migrations

# A version keeps its tables from the moment they are checked; its period, from the moment it is scheduled, except
# its end; and what has been in force is never changed. Back to the draft is allowed until it is scheduled.
GUARD = """
CREATE OR REPLACE FUNCTION policies_version_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[];
    next_states text[];
BEGIN
    IF OLD.state = 'draft' THEN
        IF TG_OP = 'DELETE' THEN
            RETURN OLD;
        END IF;
        IF NEW.number <> OLD.number OR NEW.state NOT IN ('draft', 'checked', 'scheduled', 'active') THEN
            RAISE EXCEPTION 'UPDATE of policy version % is refused: a draft becomes checked first', OLD.number
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.state = 'checked' THEN
        free := ARRAY['state', 'effective_from', 'effective_to', 'change_note', 'revision'];
        next_states := ARRAY['checked', 'draft', 'in_review'];
    ELSIF OLD.state = 'in_review' THEN
        free := ARRAY['state', 'effective_from', 'effective_to', 'revision'];
        next_states := ARRAY['in_review', 'draft', 'scheduled', 'active'];
    ELSIF OLD.state = 'scheduled' THEN
        free := ARRAY['state', 'effective_to'];
        next_states := ARRAY['scheduled', 'active', 'superseded', 'retired'];
    ELSIF OLD.state = 'active' THEN
        free := ARRAY['state', 'effective_to'];
        next_states := ARRAY['active', 'retired'];
    ELSE
        free := ARRAY[]::text[];
        next_states := ARRAY[OLD.state];
    END IF;
    IF TG_OP = 'UPDATE'
        AND to_jsonb(NEW) - free = to_jsonb(OLD) - free
        AND NEW.state = ANY (next_states)
        AND (OLD.state NOT IN ('scheduled', 'active') OR OLD.effective_to IS NULL
             OR (NEW.effective_to IS NOT NULL AND NEW.effective_to <= OLD.effective_to))
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% of policy version % is refused: it is %', TG_OP, OLD.number, OLD.state
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE OR REPLACE FUNCTION policies_require_draft(version bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    found record;
BEGIN
    -- the lock keeps another session from checking the version before this change is committed
    SELECT number, state INTO found FROM policies_policyversion WHERE id = version FOR SHARE;
    IF found.state IS DISTINCT FROM 'draft' THEN
        RAISE EXCEPTION 'the tables of policy version % are refused: it is %', found.number, found.state
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("policies", "0004_lifecycle")]

    operations = [migrations.RunSQL(GUARD, migrations.RunSQL.noop)]
