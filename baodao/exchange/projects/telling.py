"""Who is told what after a step on a project or a key problem."""

from functools import partial

from django.urls import reverse

from baodao.acts.models import Event
from baodao.exchange.models import CoProject, KeyProblem
from baodao.notifications.models import Message
from baodao.notifications.services import message

_WORDS = {
    "coprojects.propose": ("提了一个年度项目", "请双方协商。"),
    "coprojects.negotiate": ("年度项目协商好了", "请社区书记确定。"),
    "coprojects.approve": ("年度项目定了", "可以开始办了。"),
    "coprojects.reject": ("年度项目没有采纳", "看看原因，可以另提。"),
    "coprojects.complete": ("年度项目办完了", "请社区书记验收。"),
    "coprojects.accept": ("年度项目验收了", "计入本单位今年的年度项目。"),
    "coprojects.send_back": ("年度项目还没有办好", "看看还差什么，接着办。"),
    "coprojects.terminate": ("年度项目中止了", "看看原因，需要的话另立一个。"),
    "coprojects.unit_gone": (
        "单位撤销了，年度项目中止",
        "需要的话和别的单位另立一个。",
    ),
    "problems.unit_gone": ("认领的单位撤销了", "请另找单位认领。"),
    "problems.register": ("社区请本单位认领一个问题", "请书记看一下，能办就认领。"),
    "problems.ask": ("社区请本单位认领一个问题", "请书记看一下，能办就认领。"),
    "problems.claim": ("单位认领了问题", "等单位办，解决了会报来。"),
    "problems.release": ("单位退回了问题", "请另找单位认领。"),
    "problems.report": ("单位说问题解决了", "请社区书记核实。"),
    "problems.confirm": ("社区核实了，问题解决", "接着回访居民。"),
    "problems.send_back": ("问题还没有解决", "看看还差什么，接着办。"),
    "problems.close": ("问题销号了", "计入本单位今年的难点问题。"),
    "problems.reopen": ("问题又出现了", "原来计的已收回，请接着办。"),
}


def messages_for(event: Event, row: CoProject | KeyProblem) -> list[Message]:
    """The side that has not done it."""
    if event.action not in _WORDS:
        return []
    title, text = _WORDS[event.action]
    code = "coproject" if isinstance(row, CoProject) else "problem"
    told = partial(
        message, event_id=event.id, title=f"{title}：{row.title}", text=text,
        url=reverse(f"exchange:{code}", args=[row.pk]),
    )  # fmt: skip
    units = row.unit_ids if isinstance(row, CoProject) else [row.unit_id]
    found = [told(unit_id=pk) for pk in units if pk and pk != event.actor_unit]
    if event.actor_unit or event.actor_role == "system":
        found.append(told(role="community_secretary", path=row.path))
    return found
