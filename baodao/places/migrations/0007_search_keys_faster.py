from django.db import migrations

from baodao.places.search import SEARCH_KEYS_SQL


class Migration(migrations.Migration):
    """The same keys, made in two thirds of the time: indexes stay as they are."""

    dependencies = [
        ("places", "0006_succession_kept"),
    ]

    operations = [
        migrations.RunSQL(SEARCH_KEYS_SQL, migrations.RunSQL.noop),
    ]
