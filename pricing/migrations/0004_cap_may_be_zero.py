from django.db import migrations, models


class Migration(migrations.Migration):
    """Approvers may agree to no quantity at all: such a line grants nothing, and is no error."""

    dependencies = [("pricing", "0003_agreements_protected")]

    operations = [
        migrations.RemoveConstraint(model_name="agreementline", name="agreement_line_cap"),
        migrations.AddConstraint(
            model_name="agreementline",
            constraint=models.CheckConstraint(
                condition=models.Q(("cap_quantity__gte", 0), ("cap_quantity__lte", 1000000000)),
                name="agreement_line_cap",
            ),
        ),
    ]
