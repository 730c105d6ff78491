from django.db import migrations

GUARD = """
CREATE FUNCTION accounts_no_circle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Two changes at once could close a circle that neither sees alone.
    PERFORM pg_advisory_xact_lock(hashtextextended('accounts_user.reports_to', 0));
    IF EXISTS (
        WITH RECURSIVE above(id) AS (
            SELECT NEW.reports_to_id
            UNION
            SELECT u.reports_to_id FROM accounts_user u JOIN above ON u.id = above.id WHERE u.reports_to_id IS NOT NULL
        )
        SELECT 1 FROM above WHERE id = NEW.id
    ) THEN
        RAISE EXCEPTION 'the reporting line would be a circle' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER accounts_user_no_circle BEFORE INSERT OR UPDATE OF reports_to_id ON accounts_user
    FOR EACH ROW WHEN (NEW.reports_to_id IS NOT NULL) EXECUTE FUNCTION accounts_no_circle();
"""
DROP = "DROP TRIGGER accounts_user_no_circle ON accounts_user; DROP FUNCTION accounts_no_circle();"


class Migration(migrations.Migration):
    """The reporting line never comes back to its start, whoever writes it."""

    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunSQL(GUARD, DROP)]
