"""Columns of our own: encrypted text and bytes, a transaction id, text under "C"."""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from baodao.core import crypto


class AnyOf(models.Lookup):
    """`filter(code__any=codes)`: as `in`, with all values as one parameter, so that a
    hundred thousand of them are still one short statement."""

    lookup_name = "any"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        lhs, params = self.process_lhs(compiler, connection)
        kind = self.lhs.output_field.db_type(connection)
        return f"{lhs} = ANY(%s::{kind}[])", [*params, list(self.rhs)]


models.TextField.register_lookup(AnyOf)
models.UUIDField.register_lookup(AnyOf)


class SealedText(models.TextField):  # type: ignore[type-arg]
    """Text kept encrypted as bytes; "" is kept as NULL, so that an empty column
    tells nothing and costs nothing. Lists leave it out by `defer`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("null", True)
        kwargs.setdefault("blank", True)
        kwargs.setdefault("default", "")
        super().__init__(*args, **kwargs)

    @property
    def _column(self) -> str:
        return f"{self.model._meta.db_table}.{self.column}"

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "bytea"

    def get_db_prep_value(
        self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False
    ) -> bytes | None:
        return crypto.seal(str(value), self._column) if value else None

    def from_db_value(self, value: Any, *_: Any) -> str:
        return "" if value is None else crypto.unseal(bytes(value), self._column)


class SealedBytes(models.BinaryField):  # type: ignore[type-arg]
    """A file kept encrypted in its row; None once it is not needed any more. Lists
    leave it out by `defer`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("null", True)
        super().__init__(*args, **kwargs)

    @property
    def _column(self) -> str:
        return f"{self.model._meta.db_table}.{self.column}"

    def get_db_prep_value(
        self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False
    ) -> bytes | None:
        return crypto.seal_bytes(bytes(value), self._column) if value else None

    def from_db_value(self, value: Any, *_: Any) -> bytes | None:
        return None if value is None else crypto.unseal_bytes(value, self._column)


class TransactionId(models.Field):  # type: ignore[type-arg]
    """`xid8`, filled by the database: the order in which writers became final."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "xid8"

    def get_prep_value(self, value: Any) -> str | None:
        # As text without a type: xid8 compares with nothing but xid8.
        return None if value is None else str(int(value))

    def from_db_value(self, value: Any, *_: Any) -> int | None:
        return None if value is None else int(value)


class CText(models.TextField):  # type: ignore[type-arg]
    """Text under collation "C": a subtree of paths is a plain range of it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["db_collation"] = "C"
        super().__init__(*args, **kwargs)
