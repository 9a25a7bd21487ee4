from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from baodao.orders.categories import seed


def forwards(apps: Apps, _: BaseDatabaseSchemaEditor) -> None:
    seed(apps.get_model("orders", "Category"))


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_initial")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
