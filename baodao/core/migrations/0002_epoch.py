from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Epoch",
            fields=[
                (
                    "id",
                    models.SmallIntegerField(
                        default=1, primary_key=True, serialize=False
                    ),
                ),
                ("n", models.BigIntegerField()),
            ],
        ),
        migrations.RunSQL(
            "CREATE SEQUENCE core_epoch_seq", "DROP SEQUENCE core_epoch_seq"
        ),
    ]
