import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from audit.append_only import protect


class Migration(migrations.Migration):
    """Lines can be frozen, and count again when a decrease or closing was not ratified."""

    dependencies = [
        ("audit", "0002_append_only"),
        ("credit", "0002_append_only"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="LineMeasure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "measure",
                    models.CharField(
                        choices=[("decrease", "Decreased"), ("freeze", "Frozen"), ("close", "Closed")], max_length=10
                    ),
                ),
                ("request_no", models.CharField(db_index=True, max_length=24)),
                ("reason", models.TextField(blank=True)),
                ("taken_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("lifted_at", models.DateTimeField(blank=True, null=True)),
                ("lift_reason", models.CharField(blank=True, max_length=300, null=True)),
            ],
            options={
                "ordering": ("id",),
            },
        ),
        migrations.RemoveConstraint(
            model_name="creditline",
            name="credit_line_one_per_request_and_kind",
        ),
        migrations.AddField(
            model_name="creditline",
            name="restored",
            field=models.BooleanField(default=False),
        ),
        migrations.AlterField(
            model_name="creditapplication",
            name="req_type",
            field=models.CharField(
                choices=[
                    ("new", "New limit"),
                    ("renewal", "Renewal"),
                    ("increase", "Increase"),
                    ("decrease", "Decrease"),
                    ("temporary", "Temporary limit"),
                    ("term_change", "Change of payment term"),
                    ("placement", "Stock placement"),
                    ("freeze", "Freeze"),
                    ("unfreeze", "Unfreeze"),
                    ("close", "Close the line"),
                ],
                default="new",
                max_length=12,
                verbose_name="request type",
            ),
        ),
        migrations.AddConstraint(
            model_name="creditline",
            constraint=models.UniqueConstraint(
                fields=("request_no", "kind", "restored"), name="credit_line_one_per_request_and_kind"
            ),
        ),
        migrations.AddField(
            model_name="linemeasure",
            name="lifted_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="linemeasure",
            name="line",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="measures", to="credit.creditline"
            ),
        ),
        migrations.AddField(
            model_name="linemeasure",
            name="taken_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="linemeasure",
            constraint=models.UniqueConstraint(
                condition=models.Q(("lifted_at__isnull", True), ("measure", "freeze")),
                fields=("line",),
                name="line_measure_frozen_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="linemeasure",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("lift_reason__isnull", True), ("lifted_at__isnull", True)),
                    models.Q(("lift_reason__isnull", False), ("lifted_at__isnull", False)),
                    _connector="OR",
                ),
                name="line_measure_lifted_with_reason",
            ),
        ),
        protect("credit_linemeasure", allow_columns=("lifted_at", "lifted_by_id", "lift_reason")),
    ]
