"""The bound of a partition as a condition on rows, in just the form from which the server proves it.

Where the form is another, though it says the same, the server reads all rows: a plan that promised otherwise would be wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation

from schemactl.model import Expression, IndexPart, Table
from schemactl_postgres.ddl.context import Context
from schemactl_postgres.ddl.reach import partition_of
from schemactl_postgres.options import Bound, Partition, TableOptions
from schemactl_postgres.sql import literal, qualified, quoted
from schemactl_postgres.types import has_no_collation

#: A value of a bound that says the same at any time: what else may stand there is worked out when it is attached.
_LITERAL = re.compile(r"(?:-?\d[\d.]*|true|false|'(?:[^'\\]|'')*')(?:::[\w \"]+)?", re.IGNORECASE)

#: So many values of a list the server looks at one by one when it proves one condition from another.
_LISTED = 100

#: What may stand in a bound in place of a value.
_ENDLESS = ("MINVALUE", "MAXVALUE")

#: A constant in canonical form.
_CONSTANT = re.compile(r"'(?P<value>[^']*)'::(?P<type>\w+)")
_NUMBERS = frozenset({"int2", "int4", "int8", "numeric"})
#: Days of which two are the same only if they are written alike.
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def condition(context: Context, partition: Partition) -> str | None:
    """A bound as the server proves it from: None where it is not of constants, or compares in a way of its own."""
    parent = context.tables.get(partition.parent)
    options = parent.options if parent is not None else None
    by = options.partition_by if isinstance(options, TableOptions) else None
    bound = partition.bound
    if parent is None or by is None:
        return None
    if bound.form == "WITH":
        return _hashed(parent, by.parts, bound.values)
    found = [_key(parent, part) for part in by.parts]
    keys = [key for key in found if key is not None]
    if len(keys) < len(found):
        return None
    if bound.form == "DEFAULT":
        return _elsewhere(keys, _siblings(context, partition))
    return _listed(*keys[0], bound.values) if bound.form == "IN" else _ranged(keys, bound)


def _siblings(context: Context, partition: Partition) -> list[Bound]:
    """What the other partitions of the parent take."""
    found = (partition_of(table) for table in context.tables.values())
    return [it.bound for it in found if it and it.parent == partition.parent and it.bound.form != "DEFAULT"]


def _elsewhere(keys: Sequence[tuple[str, str]], others: Sequence[Bound]) -> str | None:
    """What is left for a default partition. It is implied as well where some of the `others` are not there yet.

    Measured on 15, 17 and 18: it spares the rows with up to 100 listed values, and not with more.
    """
    if not others:
        return None
    if others[0].form == "IN":
        values = tuple(value for it in others for value in it.values)
        taken = _listed(*keys[0], values) if len(values) <= _LISTED else None
    else:
        ranges = [limits for it in others if (limits := _limits(keys, it))]
        if len(ranges) < len(others):
            return None  # one is not of constants, or takes all
        arms = " OR ".join(f"({' AND '.join(limits)})" for limits in ranges)
        taken = " AND ".join([*_present(keys), f"({arms})"])
    return f"NOT ({taken})" if taken is not None else None


def _ranged(keys: Sequence[tuple[str, str]], bound: Bound) -> str | None:
    limits = _limits(keys, bound)
    return f"({' AND '.join([*_present(keys), *limits])})" if limits is not None else None


def _present(keys: Sequence[tuple[str, str]]) -> Iterator[str]:
    return (f"{name} IS NOT NULL" for name, _ in keys)


def _is_endless(value: Expression) -> bool:
    return value.text.upper() in _ENDLESS


def _hashed(parent: Table, parts: Sequence[IndexPart], values: Sequence[Expression]) -> str | None:
    """The call that the server makes itself. It makes it without a collation, and text cannot be given over so.

    Measured on 15, 17 and 18: a check on an integer, uuid, numeric or timestamp spares it the rows, one on text does not.
    """
    names = []
    for part in parts:
        column = parent.column(part.column) if part.column is not None else None
        if column is None or not has_no_collation(column.type.text):
            return None
        names.append(quoted(column.name))
    modulus, remainder = (value.text for value in values)
    whose = literal(qualified(parent.key))
    return f"satisfies_hash_partition({whose}::regclass, {modulus}, {remainder}, {', '.join(names)})"


def _key(parent: Table, part: IndexPart) -> tuple[str, str] | None:
    """A column of a partition key, and its type for constants; None where it compares in its own way."""
    column = parent.column(part.column) if part.column is not None else None
    if column is None or part.collation is not None or part.options is not None or column.type.uses is not None:
        return None
    type_ = column.type.text.partition("(")[0].strip()
    if "(" in column.type.text and not column.type.text.endswith(")"):
        type_ += column.type.text.partition(")")[2]
    return quoted(column.name), type_


def _limits(keys: Sequence[tuple[str, str]], bound: Bound) -> list[str] | None:
    """FROM and TO as the server takes them apart: what is equal in both, then each side column by column."""
    lower, upper = bound.values, bound.upper
    if not all(_LITERAL.fullmatch(it.text) for it in (*lower, *upper) if not _is_endless(it)):
        return None
    limits = []
    same = 0
    while same < len(keys) and not _is_endless(lower[same]) and not _is_endless(upper[same]):
        alike = is_same_value(lower[same], upper[same]) if same + 1 < len(keys) else False
        if alike is None:
            return None
        if not alike:
            break
        limits.append(f"{keys[same][0]} = {lower[same].text}::{keys[same][1]}")
        same += 1
    limits += _side(keys[same:], [value.text for value in lower[same:]], ">", "MINVALUE")
    limits += _side(keys[same:], [value.text for value in upper[same:]], "<", "MAXVALUE")
    return limits


def is_same_value(one: Expression, other: Expression) -> bool | None:
    """Whether two constants of a bound are equal, in whatever words; None where only the server could tell."""
    if one.canonical == other.canonical:
        return True
    mine, theirs = _CONSTANT.fullmatch(one.canonical), _CONSTANT.fullmatch(other.canonical)
    if mine is None or theirs is None or mine["type"] != theirs["type"]:
        return None
    if mine["type"] in _NUMBERS:
        try:
            return Decimal(mine["value"]) == Decimal(theirs["value"])
        except InvalidOperation:
            return None
    is_plain = mine["type"] == "text" or all(_DAY.fullmatch(it["value"]) for it in (mine, theirs))
    return False if is_plain else None


def _side(keys: Sequence[tuple[str, str]], values: Sequence[str], sign: str, endless: str) -> Iterator[str]:
    """One limit over the columns, if any: beyond it in the first, or equal there and beyond it in the next, and so on."""
    arms, equal = [], ""
    for place, ((name, type_), text) in enumerate(zip(keys, values, strict=True)):
        if text.upper() in _ENDLESS:
            break
        following = values[place + 1].upper() if place + 1 < len(values) else ""
        included = following == endless if following or sign == "<" else True
        arms.append(f"{equal}{name} {sign}{'=' if included else ''} {text}::{type_}")
        equal += f"{name} = {text}::{type_} AND "
    if arms:
        yield arms[0] if len(arms) == 1 else "(" + " OR ".join(f"({arm})" for arm in arms) + ")"


def _listed(name: str, type_: str, values: tuple[Expression, ...]) -> str | None:
    texts = [value.text for value in values if value.text.upper() != "NULL"]
    if not all(map(_LITERAL.fullmatch, texts)):
        return None
    listed = ", ".join(f"{text}::{type_}" for text in texts)
    within = f"{name} = {listed}" if len(texts) == 1 else f"{name} = ANY (ARRAY[{listed}])"
    if len(texts) == len(values):
        return f"({name} IS NOT NULL AND {within})"
    return f"({name} IS NULL OR {within})" if texts else f"({name} IS NULL)"
