"""What was granted, what happened on it, and the prices it rests on are never edited: the database refuses.

A correction of a price is a new list, or a cost that begins on a new day.
"""

from django.db import migrations

from audit.append_only import protect

# On a line only the counters move; the ledger says why.
GUARD = """
CREATE FUNCTION pricing_agreementline_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    counters text[] := ARRAY['ordered', 'delivered', 'invoiced', 'returned', 'cancelled'];
BEGIN
    IF TG_OP = 'DELETE' OR to_jsonb(OLD) - counters IS DISTINCT FROM to_jsonb(NEW) - counters THEN
        RAISE EXCEPTION 'agreement line % was granted and is not changed', OLD.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER pricing_agreementline_guard BEFORE UPDATE OR DELETE ON pricing_agreementline
    FOR EACH ROW EXECUTE FUNCTION pricing_agreementline_guard();
ALTER TABLE pricing_agreementline ENABLE ALWAYS TRIGGER pricing_agreementline_guard;
"""
DROP = """
DROP TRIGGER pricing_agreementline_guard ON pricing_agreementline;
DROP FUNCTION pricing_agreementline_guard();
"""
ENDS = ("ended_on", "ended_at", "ended_by_id", "end_reason", "end_note", "superseded_by_id")


class Migration(migrations.Migration):
    dependencies = [("pricing", "0001_initial"), ("audit", "0002_append_only")]

    operations = [
        protect("pricing_priceagreement", allow_columns=ENDS),
        protect("pricing_utilisationentry"),
        protect("pricing_listprice"),
        protect("pricing_unitcost"),
        protect("pricing_agreementnotice", allow_columns=("seen_at", "seen_by_id")),
        migrations.RunSQL(GUARD, DROP),
    ]
