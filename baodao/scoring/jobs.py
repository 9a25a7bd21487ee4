"""Background tasks of scoring: found here by the worker, written beside their subject."""

from baodao.scoring import jobs_due_process, jobs_evaluation, jobs_health

__all__ = ["jobs_due_process", "jobs_evaluation", "jobs_health"]
