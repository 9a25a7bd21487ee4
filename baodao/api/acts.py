"""The acts on one row as operations: POST /…/{pk}/acts/{act}, one for each row of a
subject's table. What an act may do, when and by whom is the engine's business."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router
from ninja.constants import NOT_SET

from baodao.acts.writing import Done
from baodao.api.answers import answer
from baodao.api.calls import actor_of
from baodao.api.shapes import ActOut, Input, Once

Verb = Callable[..., Done]
# act: (title, body or None, verb). The verb gets actor, the id under `pk_name`,
# client_id and the fields of the body.
Table = Mapping[str, tuple[str, type[Input] | None, Verb]]


def add_acts(
    router: Router, name: str, pk_name: str, table: Table, auth: Any = NOT_SET
) -> None:
    """Add an operation for every row of `table`; `auth` as the router's own."""
    for event, (title, body, verb) in table.items():
        route = router.post(
            f"/{{uuid:pk}}/acts/{event}", response=ActOut, auth=auth, summary=title,
            url_name=f"{name}_{event}", operation_id=f"{name}_{event}",
        )  # fmt: skip
        route(_with_body(body, verb, pk_name) if body else _without(verb, pk_name))


def _without(verb: Verb, pk_name: str) -> Callable[..., HttpResponse]:
    def operation(request: HttpRequest, pk: UUID, once: Once = "") -> HttpResponse:
        given = {pk_name: pk, "client_id": once}
        return act_answer(verb(actor=actor_of(request), **given))

    return operation


def _with_body(
    shape: type[Input], verb: Verb, pk_name: str
) -> Callable[..., HttpResponse]:
    names = tuple(shape.model_fields)

    def operation(
        request: HttpRequest,
        pk: UUID,
        body: shape,  # type: ignore[valid-type]
        once: Once = "",
    ) -> HttpResponse:
        given = {name: getattr(body, name) for name in names}
        given |= {pk_name: pk, "client_id": once}
        return act_answer(verb(actor=actor_of(request), **given))

    return operation


def act_answer(done: Done, status: int = 200) -> HttpResponse:
    """The answer of an act, of the shape `ActOut`."""
    return answer(
        {
            "id": done.id, "state": done.state, "version": done.version,
            "event_id": done.event_id, "repeated": done.repeated,
        },
        status=status,
    )  # fmt: skip


def once_only(verb: Verb) -> Verb:
    """A verb that may be done twice without harm, and so takes no client id."""

    def run(*, client_id: str, **given: Any) -> Done:
        return verb(**given)

    return run
