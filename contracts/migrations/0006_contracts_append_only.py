from django.db import migrations

from audit.append_only import protect

STAGES = (
    "document_id",
    "sealed_at",
    "signed_at",
    "signed_on",
    "effective_at",
    "expired_at",
    "terminated_at",
    "terminated_by_id",
    "termination_reason",
)


class Migration(migrations.Migration):
    dependencies = [("contracts", "0005_contracts_signed"), ("audit", "0002_append_only")]
    operations = [
        protect("contracts_contract", allow_columns=STAGES),
        protect("contracts_sealentry"),
        protect("contracts_signedcopy"),
    ]
