"""Any order of steps on a deduction and its appeal: never two records standing, none
while it is suspended, never worse than it was decided first."""

from contextlib import suppress
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from baodao.core.errors import BaodaoError
from baodao.people.tests.make import World, world
from baodao.records.models import Record
from baodao.scoring.models import Appeal, Deduction
from baodao.scoring.services import appealing, deducting
from baodao.scoring.tests import due

EVENTS = ("admit", "not_admit", "uphold", "partly", "dismiss", "withdraw", "second",
          "final_uphold", "final_dismiss", "execute")  # fmt: skip
ROLES = {"withdraw": "member", "second": "member", "execute": "community_secretary"}


def machine(w: World) -> type[RuleBasedStateMachine]:
    days = count()

    class Machine(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.at: datetime = due.NOW
            # The same thing is not proposed twice.
            self.pk = due.proposed(w, occurred_on=due.ON - next(days) * due.DAY).pk

        @rule(days=st.sampled_from((1, 3, 20)))
        def time_goes_by(self, days: int) -> None:
            self.at += timedelta(days=days)
            appealing.sweep(self.at)

        @rule()
        def post(self) -> None:
            self._try(
                deducting.decide_post, "community_secretary", deduction_id=self.pk,
                reason="核对过",
            )  # fmt: skip

        @rule()
        def appeal(self) -> None:
            self._try(
                appealing.file, "member", kind="deduction", object_id=self.pk,
                grounds=["fact"], text="去过", cause="住院",
            )  # fmt: skip

        @rule(event=st.sampled_from(EVENTS))
        def hear(self, event: str) -> None:
            row = Appeal.objects.filter(object_id=self.pk).first()
            if row is None:
                return
            given: dict[str, Any] = {"appeal_id": row.pk}
            service: Any = getattr(appealing, event, None)
            if event in ("uphold", "partly", "dismiss"):
                service, given = (
                    appealing.decide,
                    {**given, "event": event, "answer": "查过"},
                )
                given["remedy"] = "M_DED_NOSHOW" if event == "partly" else ""
            elif event.startswith("final"):
                service = appealing.decide_finally
                given |= {"event": event, "answer": "查过"}
            elif event == "not_admit":
                given["answer"] = "查过"
            elif event == "second":
                given["text"] = "不服"
            desk = "county_org" if event.startswith("final") else "township_party"
            self._try(service, ROLES.get(event, desk), **given)

        def _try(self, service: Any, key: str, **given: Any) -> None:
            with suppress(BaodaoError):
                service(actor=w.actors[key], now=self.at, **given)

        @invariant()
        def what_stands_is_what_the_state_says(self) -> None:
            d = Deduction.objects.select_related("rule").get(pk=self.pk)
            standing = Record.objects.filter(
                source_id=d.pk, reversal_of=None, reversals=None
            )
            found = [r.pk for r in standing]
            assert found == ([d.record_id] if d.state == "posted" else [])
            assert d.rule.tenths <= 30, "never more than it was decided first"

        @invariant()
        def a_settled_appeal_leaves_nothing_suspended(self) -> None:
            settled = Appeal.objects.filter(
                object_id=self.pk, settled_at__isnull=False
            ).exists()
            state = Deduction.objects.values_list("state", flat=True).get(pk=self.pk)
            assert not (settled and state == "suspended")

    return Machine


@pytest.mark.django_db
@pytest.mark.req("L44")
def test_no_order_of_steps_makes_it_worse_or_counts_twice() -> None:
    run_state_machine_as_test(
        machine(world()),
        settings=settings(
            max_examples=12, stateful_step_count=14, deadline=None, derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
