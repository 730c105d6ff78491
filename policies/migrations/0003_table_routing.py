from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("policies", "0002_immutable"),
    ]

    operations = [
        migrations.AddField(
            model_name="decisiontable",
            name="routing",
            field=models.JSONField(blank=True, default=dict),
        ),
    ]
