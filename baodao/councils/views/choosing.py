"""Choosing a person to appoint: by name, or noted anew. The page is that of roles."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from baodao.acts.access import can
from baodao.councils import queries_people
from baodao.people.forms import NewPersonForm
from baodao.people.queries import unit as unit_row
from baodao.people.services.roles import add_person
from baodao.people.views.asking import actor_of
from baodao.places.forms import status_of, submitted


def choose_person(
    request: HttpRequest, title: str, target: str, back: tuple[str, str]
) -> HttpResponse:
    """Leads on to `target?person=…`."""
    actor = actor_of(request)
    text = request.GET.get("q", "")[:40]
    form = NewPersonForm(request.POST or None)
    path = unit_row(actor, actor.unit_id).path if actor.unit_id else actor.path
    done = submitted(
        request,
        form,
        lambda d: add_person(
            actor=actor,
            path=path,
            unit_id=actor.unit_id,
            **d,
            client_id=request.POST.get("client_id", ""),
        ),
    )
    if done:
        return redirect(f"{target}?person={done.id}")
    context = {
        "title": title, "q": text, "form": form, "target": target, "back": back,
        "found": queries_people.choosable(actor, text)[:20],
        "may_add": can(actor, "persons.add"),
    }  # fmt: skip
    return render(request, "people/choose.html", context, status=status_of(form))
