"""Django's PostgreSQL backend with one change: whether a kept connection still holds
is seen from its socket, not asked by a query of its own before every request."""
