from django.db import migrations

from audit import append_only, sql


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [
        migrations.RunSQL(append_only.GUARD, "DROP FUNCTION append_only_guard();"),
        migrations.RunSQL(sql.STREAM_HEAD, sql.DROP_STREAM_HEAD),
        migrations.RunSQL(sql.CHAIN, sql.DROP_CHAIN),
        append_only.protect("audit_event"),
        append_only.protect("audit_piivalue", allow_delete=True),
    ]
