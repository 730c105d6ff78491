"""A fact, its customer and its invoice belong to one unit (and one customer): kept by composite foreign keys."""

from django.db import migrations

_ROWS = ("order", "invoice", "receipt", "claim")

FORWARD = [
    "ALTER TABLE customers_customer ADD CONSTRAINT customer_id_unit UNIQUE (id, unit_id)",
    *(
        f"ALTER TABLE customers_{row} ADD CONSTRAINT {row}_customer_in_unit FOREIGN KEY (customer_id, unit_id) "
        "REFERENCES customers_customer (id, unit_id) DEFERRABLE INITIALLY DEFERRED"
        for row in _ROWS
    ),
    "ALTER TABLE customers_invoice ADD CONSTRAINT invoice_id_customer UNIQUE (id, customer_id)",
    "ALTER TABLE customers_receipt ADD CONSTRAINT receipt_invoice_of_customer FOREIGN KEY (invoice_id, customer_id) "
    "REFERENCES customers_invoice (id, customer_id) DEFERRABLE INITIALLY DEFERRED",
]
BACKWARD = [
    "ALTER TABLE customers_receipt DROP CONSTRAINT receipt_invoice_of_customer",
    "ALTER TABLE customers_invoice DROP CONSTRAINT invoice_id_customer",
    *(f"ALTER TABLE customers_{row} DROP CONSTRAINT {row}_customer_in_unit" for row in _ROWS),
    "ALTER TABLE customers_customer DROP CONSTRAINT customer_id_unit",
]


class Migration(migrations.Migration):
    dependencies = [("customers", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
