"""Records keep that a backfill took them up: by their codes alone that was guessed."""

from django.db import migrations, models

TAKEN_UP = """
UPDATE integrations_syncrecord r SET is_taken_up = true FROM integrations_backfill b
WHERE b.sync_id = r.sync_id AND r.document_date BETWEEN b.start AND b."end" AND r.state <> 'skipped'
  AND r.code NOT IN ('backfill', 'stale_read')
"""


class Migration(migrations.Migration):
    dependencies = [("integrations", "0012_checks_started")]

    operations = [
        migrations.AddField("syncrecord", "is_taken_up", models.BooleanField(db_default=False, default=False)),
        migrations.RunSQL(TAKEN_UP, migrations.RunSQL.noop),
    ]
