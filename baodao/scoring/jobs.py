"""Background tasks of scoring."""

from baodao.scoring.jobs_due_process import due_process

__all__ = ["due_process"]
