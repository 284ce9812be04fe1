"""Partitions in one form: what one text says in one way and the server in another."""

from __future__ import annotations

import re
from dataclasses import replace

from schemactl.dialect import SourceText
from schemactl.model import Expression, Table
from schemactl.reading import Sort, Source, Token
from schemactl_mysql.flavour import Flavour
from schemactl_mysql.options import Partition, Partitioning, PartitionMethod
from schemactl_mysql.read.cursor import Cursor
from schemactl_mysql.read.scanner import Lexical, tokens_of
from schemactl_mysql.sql import literal

#: What the server counts some units of time in.
_UNITS = {"WEEK": (7, "DAY"), "QUARTER": (3, "MONTH")}
_MOMENT = re.compile(
    r"(?:TIMESTAMP|DATE)?\s*'(\d{4})-(\d\d?)-(\d\d?)(?:[ T](\d\d?):(\d\d?)(?::(\d\d?)(?:\.\d*)?)?)?'", re.I
)

_CONSTANT = re.compile(r"NULL|MAXVALUE|-?[0-9]+|'(?:[^'\\]|''|\\.)*'", re.S)


def canonical_partitioning(it: Partitioning, table: Table, flavour: Flavour) -> Partitioning:
    spelled = {c.name.lower(): c.name for c in table.columns}
    partitions = tuple(_partition(p, flavour) for p in it.partitions)
    count, sub_count = it.count, it.sub_count
    sub_by = _method(it.sub_by, spelled, flavour) if it.sub_by else None
    if not partitions and count is None:
        count = 2 if it.by.kind == "SYSTEM_TIME" else 1
    if sub_by is not None:
        named = [p.subpartitions for p in partitions if p.subpartitions]
        sub_count = len(named[0]) if named else sub_count or 1
        counted = tuple(_counted(p) for p in partitions)
        partitions = partitions if any(p.subpartitions for p in counted) else counted
    by = _method(it.by, spelled, flavour)
    if partitions and by.kind.endswith(("HASH", "KEY", "SYSTEM_TIME")) and _are_default(partitions, by.kind):
        partitions, count = (), len(partitions)
    return Partitioning(by=by, partitions=partitions, count=count, sub_by=sub_by, sub_count=sub_count)


def default_partitions(it: Partitioning) -> tuple[Partition, ...]:
    """The partitions, with the names that the server gives those that are only counted."""
    if it.partitions:
        return it.partitions
    count = it.count or 1
    if it.by.kind != "SYSTEM_TIME":
        return tuple(Partition(name=f"p{i}") for i in range(count))
    history = tuple(Partition(name=f"p{i}", role="HISTORY") for i in range(count - 1))
    return (*history, Partition(name="pn", role="CURRENT"))


def engine_of(it: Partitioning) -> str | None:
    """The engine that partitions state: the table has it too, since they cannot have several."""
    every = [*it.partitions, *(s for p in it.partitions for s in p.subpartitions)]
    return next((p.engine for p in every if p.engine), None)


def _are_default(partitions: tuple[Partition, ...], kind: str) -> bool:
    counted = Partitioning(by=PartitionMethod(kind=kind), count=len(partitions))
    return [replace(p, name=p.name.lower()) for p in partitions] == list(default_partitions(counted))


def _counted(it: Partition) -> Partition:
    """A sub-partition that is only counted is called after its partition, and has its options."""
    other = it.subpartitions[0].other if it.subpartitions else ()
    default = [Partition(name=f"{it.name}sp{i}".lower(), other=other) for i in range(len(it.subpartitions))]
    if not default or [replace(s, name=s.name.lower()) for s in it.subpartitions] != default:
        return it
    return replace(it, other=other, subpartitions=())


def _partition(it: Partition, flavour: Flavour) -> Partition:
    values = tuple(tuple(_value(v, flavour) for v in row) for row in it.values)
    inherited = dict(it.other)
    subpartitions = tuple(
        replace(s, engine=None, other=tuple(sorted({**inherited, **dict(s.other)}.items()))) for s in it.subpartitions
    )
    return replace(it, values=values, engine=None, other=() if subpartitions else it.other, subpartitions=subpartitions)


def _method(it: PartitionMethod, spelled: dict[str, str], flavour: Flavour) -> PartitionMethod:
    expression = it.expression
    if expression is not None:
        expression = replace(expression, canonical=canonical_text(expression.text, flavour))
    starts = it.starts
    if starts is not None:
        starts = replace(starts, canonical=_moment(starts.text))
    return replace(
        it,
        expression=expression,
        columns=tuple(spelled.get(c.lower(), c) for c in it.columns),
        interval=_interval(it.interval) if it.interval else None,
        starts=starts,
    )


def _moment(text: str) -> str:
    """`2024-01-01 00:00:00`. Empty for the moment at which the table is made, however that is written."""
    found = _MOMENT.fullmatch(text.strip())
    if found is None:
        return ""
    year, *rest = (int(part or 0) for part in found.groups())
    return "{:04}-{:02}-{:02} {:02}:{:02}:{:02}".format(year, *rest)


def _interval(text: str) -> str:
    amount, unit = text.rsplit(None, 1)
    number = amount.strip("'\"")
    if not number.isdigit():
        # '1-03' and '1-3' are one; but behind the point of a second, noughts count.
        amount = amount if "MICROSECOND" in unit else re.sub(r"0*([0-9]+)", r"\1", amount)
        return f"{amount} {unit}"
    times, unit = _UNITS.get(unit, (1, unit))
    return f"{int(number) * times} {unit}"


def canonical_text(text: str, flavour: Flavour) -> str:
    """The words of an expression in lower case, without backticks, blanks and outer parentheses."""
    tokens = _tokens(text, flavour)
    while _enclosed(tokens):
        tokens = tokens[1:-1]
    return " ".join(_word(t, text) for t in tokens)


def _tokens(text: str, flavour: Flavour) -> list[Token]:
    return tokens_of(text, Lexical(flavour=flavour))


def _enclosed(tokens: list[Token]) -> bool:
    if len(tokens) < 3 or tokens[0].word != "(" or tokens[-1].word != ")":
        return False
    depth = 0
    for i, token in enumerate(tokens):
        depth += {"(": 1, ")": -1}.get(token.word, 0)
        if depth == 0:
            return i == len(tokens) - 1
    return False


def _word(token: Token, text: str) -> str:
    it = text[token.start : token.stop]
    if token.sort is Sort.QUOTED:
        inner = it[1:-1]
        return inner.lower() if re.fullmatch(r"\w+", inner) else it.lower()
    return it.lower() if token.sort is Sort.WORD else it


def _value(it: Expression, flavour: Flavour) -> Expression:
    """A constant of VALUES: a number without what it does not need, a string in single quotes, or its words."""
    tokens = _tokens(it.text, flavour)
    while _enclosed(tokens):
        tokens = tokens[1:-1]
    words = [_word(t, it.text) for t in tokens]
    sign = "-" if words[:1] == ["-"] else ""
    rest = words[1:] if words[:1] in (["-"], ["+"]) else words
    if len(rest) == 1 and rest[0].isdigit():
        return replace(it, canonical=f"{sign if int(rest[0]) else ''}{int(rest[0])}")
    if tokens and all(t.sort is Sort.STRING and it.text[t.start] in "'\"" for t in tokens):
        source = Source(SourceText(name="", text=it.text))
        end = Token(Sort.END, "", len(it.text), len(it.text))
        return replace(it, canonical=literal(Cursor(source, [*tokens, end], Lexical(flavour=flavour)).string()))
    return replace(it, canonical=" ".join(words).upper() if words in (["null"], ["maxvalue"]) else " ".join(words))


def is_constant(canonical: str) -> bool:
    """Whether a value in canonical form is one that says itself what it is."""
    return _CONSTANT.fullmatch(canonical) is not None
