"""What was filed or granted is never edited: the database refuses."""

from django.db import migrations

from audit.append_only import protect


class Migration(migrations.Migration):
    dependencies = [("credit", "0001_initial"), ("audit", "0002_append_only")]

    operations = [
        protect("credit_attachment", allow_columns=("removed_at",)),
        protect("credit_caseform"),
        protect("credit_creditline", allow_columns=("activated_at", "ended_at", "end_reason")),
        protect("credit_linecondition", allow_columns=("fulfilled_at", "fulfilled_by_id", "evidence")),
    ]
