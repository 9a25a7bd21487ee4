"""Rows of due process that the route tests ask for: what each route is called with."""

from datetime import timedelta
from typing import Any

from baodao.core.clock import now, today
from baodao.people.tests.make import World
from baodao.scoring.tests import due


def due_rows(w: World) -> dict[str, dict[str, Any]]:
    """By the name of the route."""
    at = now()
    d = due.proposed(w, now=at, occurred_on=today(at))
    before, on = at - timedelta(days=30), today(at) - timedelta(days=35)
    old = due.proposed(w, now=before, code="M_DED_NOSHOW", occurred_on=on)
    posted = due.posted(w, old, now=at)
    heard = due.proposed(w, now=before, code="M_DED_FALSE", occurred_on=on)
    a = due.appealed(w, due.posted(w, heard, now=at), now=at)
    c = due.complained(w, now=at, occurred_on=today(at))
    complaint = {"pk": c.pk}
    one, appeal = {"pk": d.pk}, {"pk": a.pk}
    return {
        "scoring:complaint": complaint, "scoring:complaint_name": complaint,
        "scoring:complaint_reveal": complaint,
        "scoring:complaint_act": {**complaint, "event": "check"},
        "scoring:complaint_follow": {"token": c.token},
        "scoring:complain": {"place": c.place.code},
        "scoring:merit_form": {"subject": "member", "pk": w.members.member.pk},
        "scoring:merit_refuse": {"pk": due.merit(w, now=at, on=today(at)).pk},
        "scoring:deduction": one, "scoring:deduction_print": one,
        "scoring:deduction_act": {**one, "event": "answer"},
        "scoring:deduction_form": {"subject": "member", "pk": w.members.member.pk},
        "scoring:appeal_new": {"kind": "deduction", "pk": posted.pk},
        "scoring:appeal": appeal, "scoring:appeal_act": {**appeal, "event": "admit"},
        "scoring:appeal_print": {**appeal, "what": "filing"},
    }  # fmt: skip
