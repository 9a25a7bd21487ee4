"""/api/v1/: the subjects' routers under one roof, with problem answers."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema

from baodao.acts.engine import Stale
from baodao.api import answers
from baodao.core.errors import BaodaoError
from baodao.departures.api import members as moving_members
from baodao.departures.api import units as ending_units
from baodao.orders.api import router as orders
from baodao.orders.api_acts import router as order_acts
from baodao.people.api import members, units
from baodao.places.api import router as places
from baodao.reporting.api import router as report_ins
from baodao.tokens.auth import ANY

NO = (400, 401, 403, 404, 409, 422)


class Api(NinjaAPI):
    """Every operation may say no, in one shape."""

    def get_openapi_schema(self, **given: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(**given)
        shape = answers.Problem.model_json_schema(
            ref_template="#/components/schemas/{model}"
        )
        schema["components"]["schemas"]["Problem"] = shape
        content = {
            answers.PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}
        }
        for operations in schema["paths"].values():
            for operation in operations.values():
                for status in NO:
                    operation["responses"][status] = {
                        "description": answers.TITLES[status],
                        "content": content,
                    }
        return schema


api = Api(
    auth=ANY,
    title="报到 Baodao", version="1", urls_namespace="api", docs_url=None,
    parser=answers.JsonParser(), renderer=answers.JsonRenderer(),
    description="与网页同一套办法：同样的权限、同样的步骤、同样的记录。",
)  # fmt: skip
api.add_router("/places", places)
api.add_router("/units", units)
api.add_router("/members", members)
api.add_router("/units", ending_units)
api.add_router("/members", moving_members)
api.add_router("/report-ins", report_ins)
api.add_router("/orders", orders)
api.add_router("/orders", order_acts)
api.add_exception_handler(BaodaoError, answers.of_error)
api.add_exception_handler(HttpError, answers.of_http_error)
api.add_exception_handler(ValidationError, answers.of_validation)


@api.exception_handler(Stale)
def _again(request: HttpRequest, error: Stale) -> HttpResponse:
    """For the middleware, which asks once more."""
    raise error


@api.exception_handler(Http404)
def _nothing(request: HttpRequest, error: Http404) -> HttpResponse:
    return answers.problem(request, 404, "not_found", "没有找到。请核对编号。")
