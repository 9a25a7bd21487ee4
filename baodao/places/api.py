"""Places over the API: read the tree, register a place, change it."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from baodao.acts.access import path_range
from baodao.acts.writing import Done
from baodao.api.acts import Table, act_answer, add_acts, once_only
from baodao.api.answers import Page, Paging, page
from baodao.api.calls import actor_of
from baodao.api.shapes import ActOut, Code, Input, Line, Once, Words
from baodao.core.errors import Invalid
from baodao.places import queries, services
from baodao.places.models import Place

router = Router(tags=["地方"])
Lon = Field(None, ge=73, le=136)
Lat = Field(None, ge=3, le=54)
People = Field(0, ge=0, le=2_000_000_000)


class PlaceRef(Schema):
    """A place by id, code and name."""

    id: UUID
    code: str
    name: str


class PlaceOut(PlaceRef):
    """`level`: 1 province … 5 community, 6 grid, 7 estate, 8 building, 9 household."""

    official_name: str
    level: int
    kind: str
    parent: UUID | None
    population: int
    households: int
    phone: str
    is_contact_point: bool
    valid_from: str
    valid_to: str | None
    version: int


class PlaceIn(Input):
    """Either an official place by its `code` (the level and what is above come from the
    digits), or a grid, estate or building below `parent` by `level` and `number`."""

    name: Line
    code: Code = ""
    parent: Code = ""
    level: int = Field(0, ge=0, le=9)
    number: int | None = Field(None, ge=1, le=9999)
    phone: Code = ""
    population: int = People
    lon: float | None = Lon
    lat: float | None = Lat


class PlaceFilter(Paging):
    """`under`: that place and below (id or code). `q`: name, pinyin or code."""

    under: Code = ""
    level: int = Field(0, ge=0, le=9)
    q: Line = ""


@router.post("", response={201: ActOut}, summary="登记地方")
def add_place(request: HttpRequest, body: PlaceIn, once: Once = "") -> HttpResponse:
    """Register a place."""
    actor = actor_of(request)
    if body.code:
        done = services.add_official_place(
            actor=actor, code=body.code, name=body.name, phone=body.phone,
            population=body.population, lon=body.lon, lat=body.lat, client_id=once,
        )  # fmt: skip
    else:
        done = services.add_place(
            actor=actor, parent_id=place_id(body.parent, "parent"), level=body.level,
            name=body.name, number=body.number, client_id=once,
        )  # fmt: skip
    return act_answer(done, 201)


@router.get("", response=Page[PlaceOut], summary="地方列表")
def list_places(request: HttpRequest, filters: Query[PlaceFilter]) -> Any:
    """Open places in one's sight."""
    actor, level = actor_of(request), filters.level or None
    if filters.q:
        found = queries.search_places(actor, filters.q, level)
    else:
        found = queries.open_places(actor)
        found = found.filter(level=level) if level else found
    if filters.under:
        low, high = path_range(path_of(filters.under, "under"))
        found = found.filter(path__gte=low, path__lt=high)
    return page(found, filters, _shape)


@router.get("/{uuid:pk}", response=PlaceOut, summary="一个地方")
def one_place(request: HttpRequest, pk: UUID) -> Any:
    """One place, closed ones too."""
    return _shape(queries.place(actor_of(request), pk))


def place_id(text: str, field: str = "place") -> UUID:
    """The id of an open place given by id or code. Raises Invalid (`field`)."""
    try:
        return UUID(text)
    except ValueError:
        found = Place.objects.filter(code=text.upper(), valid_to=None)
        pk = found.values_list("pk", flat=True).first()
    if pk is None:
        raise Invalid(fields={field: "没有找到这个地方。请核对代码。"})
    return pk


def path_of(text: str, field: str = "place") -> str:
    """The path of a place given by id or code. Raises Invalid (`field`)."""
    found = Place.objects.filter(pk=place_id(text, field))
    path = found.values_list("path", flat=True).first()
    if path is None:
        raise Invalid(fields={field: "没有找到这个地方。请核对代码。"})
    return path


def ref(place: Place | None) -> dict[str, Any] | None:
    """A place as a `PlaceRef`."""
    return {"id": place.pk, "code": place.code, "name": place.name} if place else None


def _shape(row: Place) -> dict[str, Any]:
    plain = (
        "code", "name", "official_name", "level", "kind", "population", "households",
        "phone", "is_contact_point", "version",
    )  # fmt: skip
    return {
        "id": row.pk, "parent": row.parent_id, "valid_from": row.valid_from.isoformat(),
        "valid_to": row.valid_to.isoformat() if row.valid_to else None,
        **{name: getattr(row, name) for name in plain},
    }  # fmt: skip


class PlaceEdit(Input):
    name: Line
    name_bo: Line = ""
    phone: Code = ""
    population: int = People
    households: int = People
    lon: float | None = Lon
    lat: float | None = Lat


class PlaceClose(Input):
    reason: Words


class ContactPoint(Input):
    on: bool


def _point(*, on: bool, **given: Any) -> Done:
    return services.set_contact_point(is_contact_point=on, **given)


ACTS: Table = {
    "edit": ("修改地方", PlaceEdit, once_only(services.edit_place)),
    "close": ("停用地方", PlaceClose, once_only(services.close_place)),
    "point": ("确定联系点", ContactPoint, once_only(_point)),
}
add_acts(router, "places", "place_id", ACTS)
