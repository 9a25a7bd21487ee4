"""Checking a printed card: public, without an account. It says whether the card was
issued here and whether it is the newest, and nothing that the holder of the card does not
have in hand (L47)."""

import re
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from baodao.core.errors import TooMany
from baodao.core.limits import address_of, count_try, tries
from baodao.people.views.asking import get_or_post
from baodao.scoring import queries_evaluation as queries
from baodao.scoring import rules_counting as counting
from baodao.scoring.forms_evaluation import CheckForm
from baodao.scoring.models_evaluation import FeedbackCard
from baodao.scoring.services.issuing import genuine
from baodao.ui import words

WRONG, MINUTES = 20, 10  # wrong codes of one address in so many minutes


@dataclass(frozen=True)
class Verdict:
    """What is said about a card. `same`: what was typed is what was issued; None when
    nothing was."""

    card: FeedbackCard
    newest: FeedbackCard
    whole: bool
    same: bool | None

    @property
    def review(self) -> bool:
        """The grade is being appealed against and has no effect."""
        return self.card.evaluation.state == "under_appeal"

    @property
    def anew(self) -> bool:
        """The year is being evaluated anew: another edition will follow."""
        return queries.anew(self.card)


@get_or_post
def check(request: HttpRequest) -> HttpResponse:
    """The form, and what it found. The link on the paper asks with number and code alone;
    what else is typed is posted, so that no name comes into an address or a log."""
    given = request.POST or {k: request.GET[k] for k in ("n", "c") if k in request.GET}
    asked = bool(given.get("n") or given.get("c"))
    form = CheckForm(given if asked else None)
    found, missing = None, False
    if asked and form.is_valid():
        who = address_of(request)
        if tries("card", who, MINUTES) >= WRONG:
            raise TooMany
        found = verdict(form.cleaned_data)
        if found is None or found.same is False:
            count_try("card", who, MINUTES)
        missing = found is None
    context = {
        "form": form, "found": found, "missing": missing,
        "kind": counting.SUBJECTS[found.card.subject] if found else "",
    }  # fmt: skip
    status = 422 if asked and not form.is_valid() else 200
    return render(request, "scoring/check.html", context, status=status)


def verdict(given: dict[str, str]) -> Verdict | None:
    """None when there is no such card, or the code is another one."""
    number = re.sub(r"\s", "", given["n"]).removeprefix("反")
    code = re.sub(r"[\s-]", "", given["c"]).upper()
    for card in FeedbackCard.objects.filter(number=f"反{number}").select_related(
        "place", "evaluation"
    ):
        if card.code.replace(" ", "") == code:
            return Verdict(
                card, queries.newest(card), genuine(card), _same(card, given)
            )
    return None


def _same(card: FeedbackCard, given: dict[str, str]) -> bool | None:
    """Whether name, grade and points, where they were typed, are those of the card."""
    points = words.score(card.content["score"])
    pairs = (
        (given["name"].strip(), (card.content["name"], card.content["org"])),
        (given["grade"], (card.content["grade"],)), (given["score"].strip(), (points,)),
    )  # fmt: skip
    typed = [(said, known) for said, known in pairs if said]
    return all(said in known for said, known in typed) if typed else None
