"""Ids are made in Python, so that a statement can name rows it is about to write
and the lower bound stays PostgreSQL 15."""

import secrets
import time
import uuid
from datetime import datetime


def uuid7(at: datetime | None = None) -> uuid.UUID:
    """A UUID version 7 (RFC 9562): 48 bits of Unix milliseconds, then random.
    `at` back-dates the id of an imported row."""
    ms = int(at.timestamp() * 1000) if at else time.time_ns() // 1_000_000
    value = (ms & (1 << 48) - 1) << 80 | secrets.randbits(80)
    value &= ~(0xF << 76) & ~(0x3 << 62)
    return uuid.UUID(int=value | 7 << 76 | 2 << 62)


def lookup_code() -> str:
    """Eight digits a person can read out on the phone; never starts with 0."""
    return str(10_000_000 + secrets.randbelow(90_000_000))


def link_token() -> str:
    """The unguessable part of a one-tap link, 128 bits."""
    return secrets.token_urlsafe(16)
