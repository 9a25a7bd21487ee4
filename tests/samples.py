"""Arguments with which the route tests fill in every URL."""

from collections.abc import Callable, Sequence
from typing import Any

from baodao.orders.tests.make import order_in
from baodao.people.tests.make import World

Sample = Callable[[str, Sequence[str]], dict[str, Any]]


def samples(w: World) -> Sample:
    """A function from route name and argument names to arguments that exist."""
    served = order_in("in_service", w)
    order = {"order_id": served.id, "token": served.token, "event": "note", "field": "phone"}

    def sample(name: str, args: Sequence[str]) -> dict[str, Any]:
        return {arg: order[arg] for arg in args}

    return sample
