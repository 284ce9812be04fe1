"""When an event is due, where that is written as an expression: the server works it out as it does for the event."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from schemactl.errors import UnsupportedError
from schemactl.model import Program
from schemactl_mysql import constants
from schemactl_mysql.canonical.schedules import canonical_interval, canonical_moment, is_interval, is_moment
from schemactl_mysql.flavour import Flavour
from schemactl_mysql.options import EventOptions


def confirmed_schedule(connection: Connection, event: Program, flavour: Flavour) -> Program:
    """`event` with times and an interval as the server prints them.

    Raises UnsupportedError, with the key as its subject, for an interval that only the making of the event could tell.
    """
    options = event.options
    if not isinstance(options, EventOptions):
        return event
    at, starts, ends = (_moment(connection, text, flavour) for text in (options.at, options.starts, options.ends))
    every = options.every and _interval(connection, event, options.every, flavour)
    return replace(event, options=replace(options, at=at, starts=starts, ends=ends, every=every))


def _moment(connection: Connection, text: str | None, flavour: Flavour) -> str | None:
    if text is None or is_moment(text) or not constants.is_constant(text, flavour):
        return text
    row = constants.worked_out(connection, f"CAST({text} AS DATETIME(6))")
    return text if row is None or row[0] is None else canonical_moment(f"'{row[0]}'")


def _interval(connection: Connection, event: Program, text: str, flavour: Flavour) -> str:
    if is_interval(text):
        return text
    amount, _, unit = text.rpartition(" ")
    row = None
    if constants.is_constant(amount, flavour):
        row = constants.worked_out(connection, f"CAST({amount} AS {'CHAR' if '_' in unit else 'SIGNED'})")
    found = canonical_interval(f"'{row[0]}' {unit}") if row is not None else text
    if not is_interval(found):
        raise UnsupportedError(
            f"the interval {text} of {event.key}", subject=str(event.key), hint="write it as a number, or as a string"
        )
    return found
