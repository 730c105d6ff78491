"""A list price and a cost that were imported are never changed: a correction is a new list, or begins on a new day."""

from django.db import migrations

from audit.append_only import protect


class Migration(migrations.Migration):
    dependencies = [("pricing", "0005_words_of_notices"), ("audit", "0002_append_only")]

    operations = [protect("pricing_listprice"), protect("pricing_unitcost")]
