from django.contrib.postgres.operations import BtreeGistExtension, TrigramExtension
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies: list[tuple[str, str]] = []

    operations = [
        BtreeGistExtension(),
        TrigramExtension(),
        migrations.CreateModel(
            name="Counter",
            fields=[
                ("key", models.TextField(primary_key=True, serialize=False)),
                ("n", models.IntegerField()),
            ],
        ),
    ]
