"""Rows of the yearly evaluation that the route tests ask for."""

from datetime import date, timedelta
from uuid import UUID

from baodao.acts.bulk import copy_rows
from baodao.core.clock import now, today
from baodao.people.tests.make import World
from baodao.scoring.models import Card
from baodao.scoring.models_evaluation import (
    Delivery,
    Evaluation,
    Extract,
    FeedbackCard,
    Meeting,
    PrintRun,
    Round,
)
from baodao.scoring.services.extracting import HEADS, code_of


def evaluation_rows(w: World) -> dict[str, UUID]:
    """One evaluation of the member that is told, one that is issued with its card on the
    way to the unit, by copying: the services are tried elsewhere."""
    place, year, at = w.places.community, today().year - 1, now()
    r = Round(place=place, path=place.path, year=year, notified_at=at)
    meeting = Meeting(
        round=r, path=place.path, held_on=today(), attended="达瓦", text="研究",
        by_name="达瓦",
    )  # fmt: skip
    cards, rows = [], []
    for key in ("member", "neighbour"):
        member = getattr(w.members, key)
        card = Card(
            subject="member", member=member, unit=w.units.unit, place=place,
            path=place.path, year=year,
        )  # fmt: skip
        cards.append(card)
        rows.append(
            Evaluation(
                round=r, card=card, subject="member", member=member, unit=w.units.unit,
                name=member.person.name, path=place.path, year=year, words="参加活动2次。",
                proposed="good", drafted_at=at, notified_at=at, until=today(),
                state="subject_notified", figures={"reported": "居住地报到"},
            )
        )  # fmt: skip
    told, done = rows
    done.state, done.grade, done.meeting, done.decided_at = (
        "issued",
        "good",
        meeting,
        at,
    )
    done.member = w.members.colleague
    cards[1].member = w.members.colleague
    content = {
        "subject": "member", "title": "在职党员报到服务反馈卡", "issuer": "森格社区党组织",
        "community": place.name, "year": year, "period": f"{year}年度", "name": done.name,
        "org": "地区住建局党支部", "former": "", "reported": "", "months": 12, "figures": {},
        "base": 800, "adds": 0, "deducts": 0, "score": 800, "lines": [], "grade": "good",
        "none": "", "proposed": "good", "reason": "", "words": "", "unit_words": "",
        "unit_mark": None, "meeting": date(year + 1, 1, 8).isoformat(), "seen": "",
        "objection": "", "answer": "", "recipients": [["unit", "地区住建局党支部"]],
        "appeal": "狮泉河镇党委", "second": "噶尔县委组织部",
    }  # fmt: skip
    paper = FeedbackCard(
        evaluation=done, number=f"反{year}-{place.code}-0001", code="AAAA BBBB CCCC",
        subject="member", member=done.member, unit=w.units.unit, place=place,
        receivers=[w.units.unit.pk], path=place.path, year=year, name=done.name,
        grade="good", content=content, issued_at=at,
    )  # fmt: skip
    sent = Delivery(
        card=paper, kind="unit", to="地区住建局党支部", unit_id=w.units.unit.pk,
        path=place.path, delivered_at=at, due_on=today() + timedelta(days=10),
    )  # fmt: skip
    outside = Delivery(
        card=paper, kind="superior", to="国家电网党组", path=place.path, state="waiting"
    )
    taken = {"heads": HEADS["member"], "rows": []}
    extract = Extract(
        number="用2026-00001", purpose="honours", unit_id=w.units.unit.pk,
        place_name="地区住建局", year=year, reason="评优会", made_by="王建国",
        made_role="unit_secretary", made_at=at, valid_until=today() + timedelta(days=90),
        n=1, content=taken, code=code_of(taken),
    )  # fmt: skip
    run = PrintRun(
        account_id=w.actors["community_secretary"].account_id, kind="pdf", title="反馈卡",
        n=1, changed_at=at,
    )  # fmt: skip
    for model, its in (
        (Round, [r]), (Meeting, [meeting]), (Card, cards), (Evaluation, rows),
        (FeedbackCard, [paper]), (Delivery, [sent, outside]), (Extract, [extract]),
        (PrintRun, [run]),
    ):  # fmt: skip
        copy_rows(model, its)
    return {
        "scoring:meeting": r.pk, "scoring:quiet": r.pk, "scoring:round_act": r.pk,
        "scoring:evaluation": told.pk, "scoring:evaluation_act": told.pk,
        "scoring:feedback": paper.pk, "scoring:feedback_change": paper.pk,
        "scoring:feedback_pdf": paper.pk, "scoring:hand_over": outside.pk,
        "scoring:receipt": outside.pk, "scoring:print_run": run.pk,
        "scoring:print_file": run.pk, "scoring:extract": extract.pk,
        "scoring:extract_look": extract.pk,
    }  # fmt: skip
