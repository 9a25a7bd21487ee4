"""The verbs of councils, all keyword-only with `now`. Errors: NotFound outside the
actor's scope, Forbidden inside it, Conflict when the state or somebody else was first,
Invalid with the field."""
