from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from baodao.scoring.defaults import seed


def forwards(apps: Apps, _: BaseDatabaseSchemaEditor) -> None:
    seed(apps.get_model("scoring", "RuleSet"), apps.get_model("scoring", "Rule"))


class Migration(migrations.Migration):
    dependencies = [("scoring", "0001_initial")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
