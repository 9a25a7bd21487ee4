"""What keeps the product running on one machine: the embedded PostgreSQL, the
supervisor of `baodao serve`, and the self-check of a deployment.

`embedded`, `process` and `supervisor` are plain Python without Django, so that
they start at once and stay small; `prepare` and `checks` run inside Django.
"""
