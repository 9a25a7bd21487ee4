"""WSGI entry: pages and API."""

import gc
import os
from collections.abc import Callable, Iterable
from typing import Any

from django import db
from django.core.signals import request_started
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "baodao.config.settings")
_django = get_wsgi_application()
_ = get_resolver().url_patterns  # what the first request would import

# A collection of the whole heap stops a process for a tenth of a second, every dozen
# pages; what the program itself consists of never becomes garbage.
gc.collect()
gc.freeze()
gc.set_threshold(10_000, 20, 20)

# Both look at every connection before a request: at queries that only DEBUG logs, and
# at the age that has just been looked at behind the request before (`request_finished`,
# after which the first query also looks whether the connection still holds).
request_started.disconnect(db.reset_queries)
request_started.disconnect(db.close_old_connections)


def application(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    """Django's answers; those that are whole as a list, which granian sends in one
    piece. Anything else it asks for piece by piece, from another thread."""
    answer = _django(environ, start)
    if not isinstance(answer, HttpResponse):
        return answer
    body = [answer.content]
    answer.close()
    return body
