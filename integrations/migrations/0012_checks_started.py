"""Looks ahead keep when a worker took them; those under way are counted from when they were asked for."""

from django.db import migrations, models

UNDER_WAY = "UPDATE integrations_check SET started_at = asked_at WHERE state = 'running'"


class Migration(migrations.Migration):
    dependencies = [("integrations", "0011_backfills")]

    operations = [
        migrations.AddField("check", "started_at", models.DateTimeField(null=True)),
        migrations.RunSQL(UNDER_WAY, migrations.RunSQL.noop),
    ]
