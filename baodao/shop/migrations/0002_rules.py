from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from baodao.shop.starters import seed


def forwards(apps: Apps, _: BaseDatabaseSchemaEditor) -> None:
    seed(apps.get_model("shop", "EarnRule"))


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
