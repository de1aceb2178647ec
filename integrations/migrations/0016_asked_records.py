from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("integrations", "0015_two_person_rule")]

    operations = [
        migrations.AddIndex(
            model_name="syncrecord",
            index=models.Index(
                condition=models.Q(("code", "read_again")), fields=["sync", "flow"], name="record_asked"
            ),
        ),
    ]
