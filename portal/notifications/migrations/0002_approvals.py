"""One may be told of what waits for a second person."""


import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('notifications', '0001_initial'),
    ]

    operations = [
        migrations.AlterField(
            model_name='channel',
            name='kinds',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('problem', 'A new problem: records wait for a person'), ('waiting', 'Waiting too long: records wait for another one that does not come'), ('stopped', 'A sync stopped: nothing is booked until somebody acts'), ('failed', 'A run failed: it is tried again by itself'), ('overdue', "A run is overdue: the schedule's time is past and none has started"), ('connection', 'A connection fails, or leads to another company'), ('expiry', 'A credential is about to end: 30, 7 and 1 days before'), ('stale', 'Something landed in a period that was signed off'), ('difference', 'A reconciliation differs and nobody has explained why'), ('silence', 'Silence: a sync that usually delivers has delivered nothing'), ('approval', 'Approval: something waits for a second person'), ('webhook', 'A webhook is quiet while scheduled reads find changes')], max_length=12), size=None),
        ),
        migrations.AlterField(
            model_name='event',
            name='kind',
            field=models.CharField(choices=[('problem', 'A new problem: records wait for a person'), ('waiting', 'Waiting too long: records wait for another one that does not come'), ('stopped', 'A sync stopped: nothing is booked until somebody acts'), ('failed', 'A run failed: it is tried again by itself'), ('overdue', "A run is overdue: the schedule's time is past and none has started"), ('connection', 'A connection fails, or leads to another company'), ('expiry', 'A credential is about to end: 30, 7 and 1 days before'), ('stale', 'Something landed in a period that was signed off'), ('difference', 'A reconciliation differs and nobody has explained why'), ('silence', 'Silence: a sync that usually delivers has delivered nothing'), ('approval', 'Approval: something waits for a second person'), ('webhook', 'A webhook is quiet while scheduled reads find changes')], max_length=12),
        ),
    ]
