"""Many cards printed together by a job: chosen on a page, set in the background, kept
sealed for a day for the person who asked."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from time import monotonic
from uuid import UUID

from django.db import transaction

from baodao.acts.access import visible
from baodao.acts.actor import SYSTEM, Actor
from baodao.acts.engine import act, create
from baodao.acts.many import act_many
from baodao.acts.writing import Write
from baodao.core.clock import now as clock_now
from baodao.core.errors import Conflict, Invalid, NotFound
from baodao.core.progress import Tell, nobody
from baodao.people.roles import ROLES
from baodao.scoring import rules_evaluation as rules
from baodao.scoring.models_evaluation import FeedbackCard, PrintRun
from baodao.scoring.services import printing
from baodao.scoring.services.words import facts_of

TASK = "scoring.print_cards"
KEPT = timedelta(days=1)
PHASE = "排版"


def start(
    *, actor: Actor, ids: Collection[UUID], kind: str, two: bool, title: str, site: str,
    now: datetime | None = None, client_id: str = "",
) -> UUID:  # fmt: skip
    """Ask for a file with these cards; `site` is the address of the check page. Raises
    Conflict when there is none, Invalid when they are too many."""
    if kind not in rules.PRINT_KINDS:
        raise NotFound
    found = visible(
        FeedbackCard.objects.filter(pk__in=list(ids)), actor, "feedback_cards.print"
    )
    mine = list(found.order_by("path", "number").values_list("pk", flat=True))
    if not mine:
        raise Conflict("没有可以打印的反馈卡。请换个条件再看。")
    if len(mine) > rules.PRINT_MOST:
        raise Invalid(f"一次最多打印{rules.PRINT_MOST:,}张。请加几个条件，分几次打印。")
    at = now or clock_now()
    run = PrintRun(
        account_id=actor.account_id, who=actor.name, role=actor.role, kind=kind, two=two,
        ids=mine, title=title, n=len(mine), changed_at=at,
    )  # fmt: skip
    write = Write(
        job=(TASK, {"run_id": str(run.pk), "site": site}),
        data={"n": len(mine), "kind": kind, "two": two},
    )
    return create(actor, "print_runs.start", run, write, now=at, client_id=client_id).id


def make(run_id: UUID, site: str, *, tell: Tell = nobody) -> str:
    """What the job does. Twice does no harm."""
    run = PrintRun.objects.filter(pk=run_id, state="waiting").first()
    if run is None:
        return "gone"
    begun = monotonic()
    # What was replaced since it was asked for is no longer handed out.
    newest = FeedbackCard.objects.filter(state="current").select_related("evaluation")
    rows = newest.in_bulk(run.ids)
    cards = [rows[pk] for pk in run.ids if pk in rows]
    if not cards:
        fail(run_id, "选的反馈卡后来都更正了。请回去重新打印最新的一版。")
        return "gone"
    body = _body(run, cards, site, tell)
    at = clock_now()
    changes = {
        "body": body, "size": len(body), "n": len(cards), "changed_at": at,
        "millis": round((monotonic() - begun) * 1000),
    }  # fmt: skip
    act(SYSTEM, "print_runs.finish", run.pk, lambda row: Write(set=changes), now=at)
    return "done"


def _body(run: PrintRun, cards: list[FeedbackCard], site: str, tell: Tell) -> bytes:
    role = ROLES[run.role].title if run.role in ROLES else "系统"
    printed = printing.printed_by(run.created_at, role)
    data = {
        c.pk: printing.card_data(
            c, facts_of(c.content["figures"]), link=link_of(c, site), printed=printed
        )
        for c in cards
    }

    def told(n: int) -> None:
        tell(PHASE, n, len(cards))

    short = site.split("://", 1)[-1].rstrip("/")
    if run.kind == "pdf":
        return printing.one_pdf(list(data.values()), two=run.two, site=short, told=told)
    groups: dict[tuple[str, str], list[printing.Card]] = defaultdict(list)
    for c in cards:
        groups[_addressee(c)].append(data[c.pk])
    files = dict(
        zip(numbered(name for name, _ in groups), groups.values(), strict=True)
    )
    return printing.zip_of(files, two=run.two, site=short, told=told)


def _addressee(c: FeedbackCard) -> tuple[str, str]:
    """The name of whom the card goes to, and which of that name: two units whose party
    organisations are called the same get nothing of each other."""
    to = next((n for k, n in c.content["recipients"] if k != "filing" and n), "")
    name = to or c.content["org"] or "社区党员"
    name = "".join(ch for ch in name if ch not in '/\\:*?"<>|')[:60]
    if c.subject == "unit" and to:
        return name, ",".join(str(u) for u in c.receivers) or c.path
    return name, str(c.unit_id or c.path)


def numbered(names: Iterable[str]) -> list[str]:
    """File names: from the second of a name on with its number."""
    found: list[str] = []
    n: Counter[str] = Counter()
    for name in names:
        n[name] += 1
        found.append(name if n[name] == 1 else f"{name}（{n[name]}）")
    return found


def link_of(c: FeedbackCard, site: str) -> str:
    """The check page with the card's number and code."""
    number, code = c.number.removeprefix("反"), c.code.replace(" ", "")
    return f"{site}?n={number}&c={code}"


def fail(run_id: UUID, why: str = "排版没有做成。请再试一次。") -> None:
    """The job could not be done: the page says so."""
    write = Write(set={"message": why, "changed_at": clock_now()})
    with transaction.atomic():
        act(SYSTEM, "print_runs.fail", run_id, lambda row: write)


def forget(now: datetime | None = None) -> int:
    """Every night: files older than a day."""
    at = now or clock_now()
    old = PrintRun.objects.filter(
        state__in=("done", "failed"), changed_at__lt=at - KEPT
    )
    ids = list(old.values_list("pk", flat=True))
    write = Write(set={"body": None, "size": 0, "ids": []})
    return len(act_many(SYSTEM, "print_runs.forget", ids, write, now=at)) if ids else 0
