"""The service of a year in words, on the page and on the card alike."""

from collections.abc import Mapping
from typing import Any

from baodao.scoring import rules_evaluation as rules
from baodao.ui.words import score


def facts_of(f: Mapping[str, Any]) -> list[tuple[str, str]]:
    visits = f"{f.get('visits', 0)} 次"
    if f.get("owed"):
        visits = f"应访 {f['owed']} 次，完成 {f.get('visits_confirmed', 0)} 次"
        visits += f"，免 {f['visits_excused']} 次" if f.get("visits_excused") else ""
    found = [
        ("参加活动", f"{f.get('activities', 0)} 次"),
        ("服务时长", f"{rules.hours(f.get('minutes', 0))} 小时"),
        ("办成点单", f"{f.get('wishes', 0)} 件"), ("走访", visits),
        ("居民评价", f"{f.get('ratings', 0)} 次"), ("认领岗位", f"{f.get('posts', 0)} 个"),
    ]  # fmt: skip
    more = (("projects", "共建项目", "个"), ("problems", "重点难点问题", "个"),
            ("resources", "提供资源", "次"), ("shifts", "应急值守", "次"))  # fmt: skip
    return [*found, *((t, f"{f[k]} {u}") for k, t, u in more if f.get(k))]


def elsewhere(x: Mapping[str, Any]) -> str:
    """A card at another community, in a line."""
    text = f"附卡（{x['place']}）：加分 {score(x['adds'])}，扣分 {score(x['deducts'])}"
    return f"{text}，算进本卡" if x["deducts"] else text
