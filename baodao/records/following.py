"""Sums follow records (architecture 1): whoever counts the record book registers a
function here and is called with what is new, in the order in which writers became final,
within a second or two. Work subjects never call upwards."""

import logging
from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from baodao.core.watermark import watermark
from baodao.records.models import Follower, Record

log = logging.getLogger(__name__)
Follow = Callable[[QuerySet[Record]], None]
_FOLLOWERS: dict[str, Follow] = {}


def register(name: str, follow: Follow) -> None:
    """`follow` gets the new records, reversals among them, as a queryset, inside a
    transaction of its own. It may get a record again (after a restored backup) and must
    do no harm then: unique keys decide what is new."""
    _FOLLOWERS[name] = follow


def follow_all() -> bool:
    """Let every follower read on; True when writers were still at it. One that fails
    stays where it is and stops no other; it is raised when all have had their turn."""
    unfinished, failed = False, []
    for name, follow in _FOLLOWERS.items():
        try:
            unfinished |= _read_on(name, follow)
        except Exception as error:
            log.exception("follower %s", name)
            failed.append(error)
    if failed:
        raise failed[0]
    return unfinished


def waiting_since() -> datetime | None:
    """When the oldest record was written that a sum has not read yet; None when all are
    read. For `baodao check`."""
    read = dict(Follower.objects.values_list("name", "upto"))
    upto = min((read.get(name, 0) for name in _FOLLOWERS), default=0)
    unread = Record.objects.filter(xid__gte=upto).order_by("xid", "id")
    return unread.values_list("created_at", flat=True).first()


def _read_on(name: str, follow: Follow) -> bool:
    Follower.objects.get_or_create(name=name)
    with transaction.atomic():
        mine = Follower.objects.select_for_update(skip_locked=True).filter(name=name)
        mark = mine.first()
        if mark is None:
            return True  # somebody reads already: waiting would only hold a worker
        upto, others = watermark()
        new = Record.objects.filter(xid__gte=mark.upto, xid__lt=upto)
        if mark.upto > upto:
            # Restored: this server counts its transactions anew, and what the old one
            # had not read stands among numbers to come. All that is seen is final.
            new = Record.objects.all()
        if mark.upto != upto:
            if new.exists():
                follow(new)
            Follower.objects.filter(name=name).update(upto=upto)
    return others
