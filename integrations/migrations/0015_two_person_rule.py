"""The two-person rule: for which actions a company asks for a second person, and what was asked for and decided."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("integrations", "0014_companions"),
        ("portal", "0005_retention"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="connection",
            name="became",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.CreateModel(
            name="ApprovalRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("publish", "Publish a mapping"),
                            ("undo", "Undo"),
                            ("identity", "Change of identity"),
                            ("replay", "Replay above an amount"),
                            ("rule", "Loosen the two-person rule"),
                        ],
                        max_length=10,
                    ),
                ),
                ("kind", models.CharField(max_length=16)),
                ("what", models.JSONField(default=dict)),
                ("subject", models.CharField(max_length=120)),
                ("digest", models.CharField(max_length=64)),
                ("title", models.CharField(max_length=300)),
                ("facts", models.JSONField(default=list)),
                ("reason", models.TextField(max_length=500)),
                ("asker", models.CharField(max_length=254)),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("lapses_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("granted", "Granted"),
                            ("done", "Approved and done"),
                            ("declined", "Declined"),
                            ("withdrawn", "Withdrawn"),
                            ("lapsed", "Lapsed"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("decider", models.CharField(blank=True, max_length=254)),
                ("decided_at", models.DateTimeField(null=True)),
                ("said", models.TextField(blank=True)),
                (
                    "asked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="approval_requests",
                        to="portal.tenant",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["tenant", "-id"], name="approval_latest"),
                    models.Index(
                        condition=models.Q(("state", "waiting")), fields=["lapses_at"], name="approval_lapsing"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "waiting")),
                        fields=("tenant", "action", "subject"),
                        name="approval_asked_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["granted", "done"]), _negated=True),
                            models.Q(("asked_by", models.F("decided_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="approval_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["granted", "done"]), _negated=True),
                            models.Q(("asker", models.F("decider")), _negated=True),
                            _connector="OR",
                        ),
                        name="approval_two_names",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ApprovalRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("publish", models.BooleanField(default=False)),
                ("undo", models.BooleanField(default=False)),
                ("identity", models.BooleanField(default=False)),
                ("replay", models.BooleanField(default=False)),
                ("replay_amount", models.DecimalField(decimal_places=2, default=0, max_digits=18)),
                ("replay_currency", models.CharField(blank=True, max_length=3)),
                ("lapse_days", models.PositiveSmallIntegerField(default=14)),
                (
                    "tenant",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="approval_rule", to="portal.tenant"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("replay_amount__gte", 0)), name="approval_amount_not_negative"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("replay", False), models.Q(("replay_currency", ""), _negated=True), _connector="OR"
                        ),
                        name="approval_amount_has_currency",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("lapse_days__gte", 1), ("lapse_days__lte", 90)), name="approval_lapse_days"
                    ),
                ],
            },
        ),
    ]
