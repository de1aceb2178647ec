"""Further documents of a record are known for themselves: shares of its amount, and companions beside it."""

import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.fields.json
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("integrations", "0013_taken_up"),
        ("portal", "0005_retention"),
    ]

    operations = [
        migrations.CreateModel(
            name="Companion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source_identity", models.CharField(max_length=200)),
                ("target_identity", models.CharField(max_length=200)),
                ("flow", models.CharField(max_length=40)),
                ("natural_key", models.CharField(max_length=255)),
                ("revision", models.PositiveIntegerField(default=1)),
                ("reference", models.CharField(max_length=120)),
                ("external_id", models.CharField(max_length=120)),
                ("sink", models.CharField(max_length=40)),
                ("is_share", models.BooleanField(default=False)),
                ("facts", models.JSONField(default=dict)),
                ("is_posted", models.BooleanField(default=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("standing", "Standing"),
                            ("reversal", "Takes another one back"),
                            ("reversed", "Reversed"),
                        ],
                        db_default="standing",
                        default="standing",
                        max_length=10,
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("updated_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "tenant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="portal.tenant"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["tenant", "external_id"], name="companion_external"),
                    models.Index(fields=["tenant", "reference"], name="companion_reference"),
                    models.Index(
                        models.F("tenant"),
                        django.db.models.fields.json.KeyTransform("customer", "facts"),
                        name="companion_customer",
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass(
                            django.db.models.fields.json.KeyTransform("applied", "facts"), name="jsonb_path_ops"
                        ),
                        condition=models.Q(("facts__has_key", "applied")),
                        name="companion_applied",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=(
                            "tenant",
                            "source_identity",
                            "target_identity",
                            "flow",
                            "natural_key",
                            "revision",
                            "reference",
                        ),
                        name="one_companion",
                    )
                ],
            },
        ),
    ]
