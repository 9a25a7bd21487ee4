"""Background tasks of scoring."""

from baodao.scoring import jobs_health  # noqa: F401
