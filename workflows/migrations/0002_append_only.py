from django.db import migrations

from audit.append_only import protect


class Migration(migrations.Migration):
    """Submissions and decisions are inserted, never changed; requests and steps are never deleted."""

    dependencies = [("workflows", "0001_initial"), ("audit", "0002_append_only")]
    operations = [
        protect("workflows_submission"),
        protect("workflows_decision"),
    ]
