"""The declarative base of every table and the mark of the case-bound ones."""

import datetime as dt
import uuid
from typing import Any, ClassVar

from sqlalchemy import DateTime, FromClause, MetaData, Table, Uuid, event
from sqlalchemy.orm import ColumnProperty, DeclarativeBase, Mapped, QueryableAttribute, mapped_column

from protect.store.sealed import Sealed, SealedBytes, require_sealed

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Base of all models: stable constraint names, instants with time zone, Sealed columns.

    Each table declares its row-level security by ``info={"rls": kind}`` in its
    table arguments; see ``protect.store.rls`` for the kinds.
    """

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        uuid.UUID: Uuid(as_uuid=True),
        dt.datetime: DateTime(timezone=True),
        Sealed: SealedBytes(),
    }

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Declare the table of a case-bound class as protected by agency unless it says otherwise."""
        super().__init_subclass__(**kwargs)
        table: FromClause | None = cls.__dict__.get("__table__")
        if issubclass(cls, CaseBound) and isinstance(table, Table):
            table.info.setdefault("rls", "agency")


class CaseBound:
    """Mixin of a table whose rows belong to one agency: no statement touches it without a scope."""

    agency_id: Mapped[uuid.UUID] = mapped_column()


@event.listens_for(Base, "attribute_instrument", propagate=True)
def _refuse_plain_values(cls: type, key: str, attribute: QueryableAttribute[Any]) -> None:
    """Refuse a plain value when it is assigned, long before a statement could carry it."""
    del cls, key
    prop = getattr(attribute, "property", None)
    if isinstance(prop, ColumnProperty) and isinstance(prop.columns[0].type, SealedBytes):
        event.listen(attribute, "set", _require_sealed_on_set)


def _require_sealed_on_set(target: object, value: object, *ignored: object) -> None:
    """Refuse anything but Sealed on assignment."""
    del target, ignored
    require_sealed(value)
