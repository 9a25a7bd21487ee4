"""A broken constraint of the database said as a sentence under a field."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, transaction

from baodao.core.errors import Invalid


@contextmanager
def said(**sentences: tuple[str, str]) -> Iterator[None]:
    """`with said(unit_uscc_branch_once=("uscc", "…")):` turns the violation of that
    constraint into Invalid for that field. Everything inside is one transaction."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        for name, (field, sentence) in sentences.items():
            if name in str(error):
                raise Invalid(fields={field: sentence}) from error
        raise
