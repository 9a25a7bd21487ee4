from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def forwards(apps: Apps, _: BaseDatabaseSchemaEditor) -> None:
    """A low rate is a breach that somebody has decided (`rules_rates`). Nothing has ever
    written a rate, so no card changes; rules of public sets are closed to changes but
    for this moment."""
    rule, rule_set = (apps.get_model("scoring", m) for m in ("Rule", "RuleSet"))
    rows = rule.objects.filter(sign=-1, selects__contains=["rate:reported"])
    sets = dict(
        rule_set.objects.filter(pk__in=rows.values("rule_set")).values_list(
            "pk", "state"
        )
    )
    rule_set.objects.filter(pk__in=sets).update(state="draft")
    rows.update(selects=["breach:low_reported"])
    for pk, state in sets.items():
        rule_set.objects.filter(pk=pk).update(state=state)


class Migration(migrations.Migration):
    dependencies = [("scoring", "0013_county_decides")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
