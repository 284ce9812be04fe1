"""Defaults and reference systems in one form."""

from __future__ import annotations

from dataclasses import replace

from schemactl.dialect import SourceText
from schemactl.model import Column, Expression
from schemactl.reading import Sort, Source
from schemactl_mysql.options import ColumnOptions, Surroundings
from schemactl_mysql.read.scanner import Lexical, Scanner

_OF_SEQUENCES = frozenset({"NEXTVAL", "LASTVAL"})


def canonical_column(column: Column, around: Surroundings) -> Column:
    options = column.options
    if around.flavour.mariadb and isinstance(options, ColumnOptions) and options.srid == 0:
        # MariaDB does not tell it from none.
        options = replace(options, srid=None)
        column = replace(column, options=options if options != ColumnOptions() else None)
    it = column.default
    if it is None or not around.flavour.has("sequence") or "val(" not in it.text.lower():
        return column
    text = _unqualified(it.text, around)
    return column if text == it.text else replace(column, default=Expression(text=text, canonical=text))


def _unqualified(text: str, around: Surroundings) -> str:
    """MariaDB prints the database of each sequence; what is in the connection's own is written without it."""
    tokens = list(Scanner(Source(SourceText(name="", text=text)), Lexical(flavour=around.flavour)).tokens())
    for i in reversed(range(len(tokens) - 3)):
        call, opened, database, dot = tokens[i : i + 4]
        if call.word not in _OF_SEQUENCES or opened.word != "(" or dot.word != "." or database.sort is not Sort.QUOTED:
            continue
        if text[database.start + 1 : database.stop - 1].replace("``", "`") == around.database:
            text = text[: database.start] + text[dot.stop :]
    return text
