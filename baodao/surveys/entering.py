"""At the door (A06, A10): one sheet a household, and the order for a need that was
found, in one transaction. Sent twice it is one (domain 8.35)."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import IntegrityError, transaction

from baodao.acts.access import path_range, require
from baodao.acts.actor import Actor
from baodao.acts.engine import Row, act, create, note_event, repeated
from baodao.acts.writing import Write
from baodao.core.clock import now as clock_now
from baodao.core.clock import today
from baodao.core.errors import Conflict, Invalid, NotFound
from baodao.core.text import private_numbers
from baodao.orders import services as orders
from baodao.orders.guessing import category_of
from baodao.orders.models import Order
from baodao.places.models import Household
from baodao.places.queries import community_of
from baodao.places.rules import COMMUNITY
from baodao.surveys import asking, rules
from baodao.surveys.models import FoundNeed, Sheet, Survey


@dataclass(frozen=True)
class Need:
    """What a household would like to have done. `category`: "" is guessed from the
    words; `public`: it was asked whether it may stand on the wall of wishes."""

    text: str = ""
    category: str = ""
    urgent: bool = False
    public: bool = False


@dataclass(frozen=True)
class Said:
    """What is entered of one household. `raw`: answers by the question's key."""

    outcome: str
    how: str = "visit"
    on: date | None = None
    raw: Mapping[str, Any] = field(default_factory=dict)
    need: Need = field(default_factory=Need)


def texts_of(sheet: Sheet) -> dict[str, str]:
    """What was said in words, by the question's key."""
    return dict(orjson.loads(sheet.texts)) if sheet.texts else {}


def fill(
    *, actor: Actor, survey_id: UUID, household_id: UUID, said: Said,
    version: int | None = None, now: datetime | None = None, client_id: str = "",
) -> Sheet:  # fmt: skip
    """The sheet of one household: the first, or the one there is anew (nobody was at
    home last time, or it was entered wrongly). `version`: of the sheet that was seen.
    Raises Invalid with the field."""
    at = now or clock_now()
    survey = running(survey_id, at)
    home = home_in(actor, survey, household_id)
    row = _row(actor, survey, home, said, at)
    with _once(actor, client_id) as before:
        if before:
            return before
        old = Sheet.objects.filter(survey=row.survey_id, household=home).first()
        if old:
            sheet = _again(actor, old, row, version, at, client_id)
        else:
            sheet = row
            write = Write(data={"outcome": row.outcome, "how": row.how})
            create(actor, "survey_sheets.fill", row, write, now=at, client_id=client_id)
        if said.need.text.strip():
            _order(actor, sheet, home, said.need, at, client_id)
    return sheet


@contextmanager
def _once(actor: Actor, client_id: str) -> Iterator[Sheet | None]:
    """One transaction. Yields what the first try with this client id has written; of
    two who enter one household at the same moment the second is told so."""
    done = repeated(actor, "survey_sheets.fill", client_id)
    if done:
        yield Sheet.objects.get(pk=done.id)
        return
    try:
        with transaction.atomic():
            yield None
    except IntegrityError as error:
        if "sheet_one_per_household" in str(error) or "client_key" in str(error):
            raise Conflict("这一户刚刚登记过了。请打开看一下。") from error
        raise


def running(survey_id: UUID, at: datetime) -> Survey:
    """The survey or part in which households are asked now. Raises Conflict."""
    it = Survey.objects.select_related("place").filter(pk=survey_id).first()
    if it is None:
        raise NotFound
    if it.state != "running":
        title = rules.STATES[it.state].title
        raise Conflict(f"这次摸底现在是“{title}”，不能登记。")
    if it.place.level < COMMUNITY:
        raise Conflict("住户由社区登记。请打开下面社区的那一份。")
    if today(at) < it.starts_on:
        raise Conflict(f"还没到开始的日子。{it.starts_on:%m月%d日}起可以登记。")
    return it


def home_in(actor: Actor, survey: Survey, household_id: UUID) -> Household:
    """A household of the survey's community, in the actor's scope, that still exists."""
    lo, hi = path_range(survey.path)
    found = Household.objects.select_related("place__parent")
    home = found.filter(pk=household_id, path__gte=lo, path__lt=hi).first()
    if home is None:
        raise NotFound
    require(actor, "survey_sheets.fill", Sheet(path=home.path))
    if home.place.valid_to:
        raise Conflict("这一户已经撤销，不用再登记。")
    return home


def _row(
    actor: Actor, survey: Survey, home: Household, said: Said, at: datetime
) -> Sheet:
    if said.outcome not in rules.OUTCOMES:
        raise Invalid(fields={"outcome": "请选问到了没有。"})
    if said.how not in rules.HOWS:
        raise Invalid(fields={"how": "请选怎么答的。"})
    on = said.on or today(at)
    if not survey.starts_on <= on <= today(at):
        raise Invalid(fields={"on": "日期要在这次摸底开始以后、今天以前。"})
    given = asking.Given()
    if said.outcome == "answered":
        given = asking.checked(asking.load(survey.questions), said.raw)
    _check_need(said.need)
    texts = orjson.dumps(given.texts).decode() if given.texts else ""
    return Sheet(
        survey_id=survey.parent_id or survey.pk, household=home, path=home.path,
        outcome=said.outcome, how=said.how, answers=given.answers, texts=texts,
        texted=sorted(given.texts), edition=survey.edition, taken_on=on,
        by_name=actor.name, by_account=actor.account_id, created_at=at,
    )  # fmt: skip


def _check_need(need: Need) -> None:
    if len(need.text) > 400:
        raise Invalid(fields={"need": "写得太长了，请留最要紧的400字。"})
    if found := private_numbers(need.text):
        raise Invalid(
            fields={"need": f"里面有{'、'.join(found)}，这里用不着，请去掉再记。"}
        )


_KEPT = (
    "outcome", "how", "answers", "texts", "texted", "edition", "taken_on", "by_name",
    "by_account",
)  # fmt: skip


def _again(
    actor: Actor, old: Sheet, new: Sheet, version: int | None, at: datetime, client: str
) -> Sheet:
    if old.outcome == "answered" and new.outcome != "answered":
        raise Conflict("这一户已经问到了，不能改成没问到。答错的请改答案。")

    def decide(row: Row) -> Write:
        more = int(old.outcome != "answered")
        changed = {name: getattr(new, name) for name in _KEPT}
        return Write(
            set={**changed, "tries": row["tries"] + more},
            data={"outcome": new.outcome, "how": new.how},
        )

    act(
        actor, "survey_sheets.refill", old.pk, decide, reads=("tries",), now=at,
        client_id=client, version=version,
    )  # fmt: skip
    old.refresh_from_db()
    return old


def place_need(
    *, actor: Actor, sheet_id: UUID, need: Need, now: datetime | None = None,
    client_id: str = "",
) -> Order:  # fmt: skip
    """An order for something that stands on a sheet, also after the survey has ended."""
    at = now or clock_now()
    sheet = Sheet.objects.select_related("household__place").filter(pk=sheet_id).first()
    if sheet is None:
        raise NotFound
    require(actor, "survey_sheets.need", sheet)
    if not need.text.strip():
        raise Invalid(fields={"need": "请写一句话，说说是什么事。"})
    _check_need(need)
    with transaction.atomic():
        return _order(actor, sheet, sheet.household, need, at, client_id)


def _order(
    actor: Actor, sheet: Sheet, home: Household, need: Need, at: datetime, client: str
) -> Order:
    place = community_of(home.path)
    text = need.text.strip()
    order = orders.place_order(
        # At the grid or building: a grid worker may place nothing higher up.
        actor=actor, place_id=home.place.parent_id or home.place_id, kind="appeal",
        category=need.category or category_of(text), detail=text, source="survey",
        urgency="urgent" if need.urgent else "normal", call_name=home.call_name,
        # A household without telephone is rung at the community.
        phone=home.phone or (place.phone if place else "") or "社区转", address=home.address,
        household_id=home.pk, language=home.language, consent_public=need.public, now=at,
        client_id=f"{client}:need" if client else "",
    )  # fmt: skip
    if not FoundNeed.objects.filter(order=order).exists():
        note_event(
            actor, "survey_sheets.need", sheet,
            Write(data={"order": str(order.pk)}, adds=[FoundNeed(sheet=sheet, order=order)]),
            now=at,
        )  # fmt: skip
    return order
