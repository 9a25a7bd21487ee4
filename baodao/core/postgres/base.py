"""`ENGINE = "baodao.core.postgres"`."""

import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """A server that has gone has closed its end, and a closed end reads as ready: no
    round trip (0.2 ms of every act) is needed to know it."""

    def is_usable(self) -> bool:
        if self.connection is None or self.connection.closed:
            return False
        try:
            ready, _, _ = select.select([self.connection.fileno()], [], [], 0)
        except (OSError, ValueError):
            return False
        return not ready
