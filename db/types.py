"""Column types that keep times and areas exact on every database."""

from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlmodel import SQLModel

MU_GRAINS = 10_000  # areas are whole numbers of 0.0001 mu

# here, because every module of nouns imports this one before it names a table
SQLModel.metadata.naming_convention = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ix": "ix_%(column_0_label)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}


class UtcDateTime(sa.TypeDecorator[datetime]):
    """An aware datetime, stored in UTC; a naive one is refused, because nobody can say which zone it meant."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a naive time cannot be stored: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class AreaMu(sa.TypeDecorator[Decimal]):
    """An area in mu as a Decimal, stored as an integer of 0.0001 mu so that sums in SQL are exact."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> int | None:
        if value is None:
            return None
        grains = Decimal(value) * MU_GRAINS
        if grains != grains.to_integral_value():
            raise ValueError(f"finer than 0.0001 mu: {value}")
        return int(grains)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else mu_from_grains(int(value))


def mu_from_grains(grains: int) -> Decimal:
    """Return the area in mu of a stored integer of 0.0001 mu."""
    return Decimal(grains).scaleb(-4)


def words(kind: type[StrEnum], length: int = 32) -> sa.Enum:
    """Return a column type that stores an enum's own words as text, alike on every database."""
    return sa.Enum(
        kind,
        native_enum=False,
        length=length,
        create_constraint=False,
        values_callable=lambda members: [member.value for member in members],
    )
