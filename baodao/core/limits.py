"""How often one address may try something: counted per stretch of time in the
table of running numbers. The address itself is not kept, only its keyed hash."""

from datetime import datetime

from django.conf import settings
from django.db import connection
from django.http import HttpRequest

from baodao.core.clock import now as clock_now
from baodao.core.crypto import keyed_hash
from baodao.core.models import Counter, next_number


def address_of(request: HttpRequest) -> str:
    """Where a request comes from. Behind a proxy (HTTPS is ended there) it is the
    last address of the chain, the one the proxy itself has seen."""
    chain = request.headers.get("X-Forwarded-For", "") if settings.HTTPS else ""
    return chain.rsplit(",", 1)[-1].strip() or str(request.META.get("REMOTE_ADDR", ""))


def tries(kind: str, who: str, minutes: int, *, now: datetime | None = None) -> int:
    """How many were counted in the present stretch of `minutes`."""
    key = _key(kind, who, minutes, now)
    return Counter.objects.filter(key=key).values_list("n", flat=True).first() or 0


def count_try(kind: str, who: str, minutes: int, *, now: datetime | None = None) -> int:
    """Count one more and return how many there are now. The first of a stretch
    sweeps away what older stretches have left."""
    n = next_number(_key(kind, who, minutes, now))
    if n == 1:
        _forget(kind, _stretch(minutes, now))
    return n


def _stretch(minutes: int, now: datetime | None) -> int:
    return int((now or clock_now()).timestamp()) // (minutes * 60)


def _key(kind: str, who: str, minutes: int, now: datetime | None) -> str:
    return f"try:{kind}:{_stretch(minutes, now):010d}:{keyed_hash(who, 'address')[:24]}"


def _forget(kind: str, stretch: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            'DELETE FROM core_counter WHERE key COLLATE "C" >= %s AND key COLLATE "C" < %s',
            [f"try:{kind}:", f"try:{kind}:{stretch:010d}"],
        )
