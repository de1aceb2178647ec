import django.contrib.postgres.indexes
from django.db import migrations, models

TRIGGERS = [
    ("schedule", "Schedule"), ("webhook", "Webhook"), ("manual", "By hand"), ("replay", "Replay"),
    ("backfill", "Backfill"), ("sweep", "Daily sweep"), ("recovery", "Follow-up"),
]  # fmt: skip


class Migration(migrations.Migration):
    """Find the days of the trail, and call runs that look again at something what they are."""

    dependencies = [("audit", "0005_cancelled_runs"), ("portal", "0001_initial")]

    operations = [
        migrations.AddIndex(
            model_name="attempt",
            index=django.contrib.postgres.indexes.BrinIndex(
                autosummarize=True, fields=["opened_at", "closed_at"], name="attempt_days"
            ),
        ),
        migrations.AlterField(
            model_name="run", name="trigger", field=models.CharField(choices=TRIGGERS, max_length=12)
        ),
    ]
