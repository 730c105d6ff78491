import django.db.models.deletion
from django.db import migrations, models

# The guard lets nobody change an issued document: this is the one time that it is told to look away.
FILL = """
ALTER TABLE contracts_document DISABLE TRIGGER contracts_document_guard;
UPDATE contracts_document AS d SET unit_id = c.unit_id FROM customers_customer AS c WHERE c.id = d.customer_id;
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE contracts_document ENABLE ALWAYS TRIGGER contracts_document_guard;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_no_circle"),
        ("contracts", "0006_contracts_append_only"),
        ("customers", "0002_same_unit"),
    ]
    operations = [
        migrations.AddField(
            model_name="document",
            name="unit",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.unit"
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="document",
            name="unit",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.unit"),
        ),
        migrations.AlterField(
            model_name="document",
            name="customer",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="documents",
                to="customers.customer",
            ),
        ),
    ]
