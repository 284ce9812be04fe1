"""Expressions of SQL that say one thing whenever they are asked, and do nothing else: their value can be asked for."""

from __future__ import annotations

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from schemactl.reading import Sort
from schemactl_mysql.flavour import Flavour
from schemactl_mysql.read.scanner import Lexical, tokens_of

#: The manuals' lists of what the values of partitions may use, and what counts in units of time.
_HARMLESS = frozenset(
    "ABS CEILING CEIL DATE DATEDIFF DAY DAYOFMONTH DAYOFWEEK DAYOFYEAR DIV EXTRACT FLOOR FROM HOUR MICROSECOND MINUTE"
    " MOD MONTH QUARTER SECOND TIME TIMESTAMP TIME_TO_SEC TO_DAYS TO_SECONDS UNIX_TIMESTAMP WEEK WEEKDAY YEAR YEARWEEK"
    " NULL TRUE FALSE INTERVAL ADDDATE DATE_ADD DATE_SUB SUBDATE YEAR_MONTH DAY_HOUR DAY_MINUTE DAY_SECOND HOUR_MINUTE"
    " HOUR_SECOND MINUTE_SECOND".split()
)
_OPERATORS = frozenset("+-*%(),")


def is_constant(text: str, flavour: Flavour) -> bool:
    """Whether it is made of literals and of functions that give the same for the same."""
    return all(
        t.sort in (Sort.NUMBER, Sort.STRING)
        or (t.sort is Sort.WORD and (t.word in _HARMLESS or t.word.startswith("_")))
        or (t.sort is Sort.OPERATOR and t.word in _OPERATORS)
        for t in tokens_of(text, Lexical(flavour=flavour))
    )


def worked_out(connection: Connection, expression: str) -> tuple[object] | None:
    """Its value alone, as the driver gives it; None where the server does not take the expression.

    Raises what the driver raises when the connection is lost.
    """
    try:
        return (connection.exec_driver_sql(f"SELECT {expression}".replace("%", "%%")).scalar_one(),)
    except DBAPIError as error:
        if error.connection_invalidated:
            raise
        return None
