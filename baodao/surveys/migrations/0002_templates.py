from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from baodao.surveys.starters import seed


def forwards(apps: Apps, _: BaseDatabaseSchemaEditor) -> None:
    seed(apps.get_model("surveys", "Template"))


class Migration(migrations.Migration):
    dependencies = [("surveys", "0001_initial")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
