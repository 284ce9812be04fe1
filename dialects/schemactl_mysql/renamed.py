"""A catalog with one thing under another name, wherever the server follows."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from schemactl.model import (
    Catalog,
    Check,
    Column,
    Expression,
    ForeignKey,
    Index,
    IndexPart,
    Kind,
    ObjectKey,
    PrimaryKey,
    Program,
    SchemaObject,
    Table,
)
from schemactl.reading import Sort, Token
from schemactl_mysql.canonical import canonicalise
from schemactl_mysql.flavour import NEWEST_MYSQL, Flavour
from schemactl_mysql.options import (
    ColumnOptions,
    IndexOptions,
    Partitioning,
    PartitionMethod,
    Surroundings,
    TableOptions,
    TriggerOptions,
)
from schemactl_mysql.read.scanner import Lexical, tokens_of
from schemactl_mysql.sql import quoted

Text = Callable[[Expression], Expression]
Names = Callable[[tuple[str, ...]], tuple[str, ...]]


def renamed(catalog: Catalog, old: ObjectKey, new: ObjectKey) -> Catalog:
    """The catalog as the server shows it after the rename. Both keys are of one kind and place.

    Neither server touches the text of a view or a program: what names the thing there is made again.
    """
    around = catalog.surroundings
    flavour = around.flavour if isinstance(around, Surroundings) else NEWEST_MYSQL
    objects = (_object(o, old, new, flavour) for o in catalog.objects)
    catalog = replace(catalog, objects=tuple(sorted(objects, key=lambda o: o.key)))
    return canonicalise(catalog, around, printed=True) if isinstance(around, Surroundings) else catalog


def _object(it: SchemaObject, old: ObjectKey, new: ObjectKey, flavour: Flavour) -> SchemaObject:
    if isinstance(it, Table):
        if old.kind is Kind.TABLE:
            return _renamed_table(it, old, new, flavour)
        return _part(it, old, new, flavour)
    if isinstance(it, Program) and it.kind is Kind.TRIGGER:
        if old.kind is Kind.TABLE and (it.schema, it.table) == (old.schema, old.name):
            return replace(it, table=new.name)
        options = it.options
        if isinstance(options, TriggerOptions) and old.kind is Kind.TRIGGER and options.follows == old.name:
            it = replace(it, options=replace(options, follows=new.name))
    return replace(it, name=new.name) if it.key == old else it  # type: ignore[arg-type]


def _renamed_table(table: Table, old: ObjectKey, new: ObjectKey, flavour: Flavour) -> Table:
    """Foreign keys go to the new name; names that begin with the table's change with it where the server made them."""
    made = ("_ibfk_",) if flavour.mariadb else ("_ibfk_", "_chk_")

    def named(name: str) -> str:
        for middle in made:
            head, number = name[: len(old.name + middle)], name[len(old.name + middle) :]
            if head.lower() == (old.name + middle).lower() and number.isdigit():
                return f"{new.name}{middle}{number}"
        return name

    mine = table.key == old
    constraints: list[Any] = []
    for it in table.constraints:
        if isinstance(it, ForeignKey) and it.references == old:
            it = replace(it, references=new)
        constraints.append(replace(it, name=named(it.name)) if mine else it)
    table = replace(table, constraints=tuple(sorted(constraints, key=lambda c: c.name)))
    return replace(table, name=new.name) if mine else table


def _part(table: Table, old: ObjectKey, new: ObjectKey, flavour: Flavour) -> Table:
    owner = (old.schema, old.table)
    mine = (table.schema, table.name) == owner
    if old.kind is Kind.COLUMN:
        table = _column_followed(table, old, new, flavour) if mine else table
        return _references_followed(table, old, new)
    if not mine or old.kind not in (Kind.CONSTRAINT, Kind.INDEX):
        return table

    def named(parts: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(
            sorted((replace(p, name=new.name) if p.name == old.name else p for p in parts), key=lambda p: p.name)
        )

    if old.kind is Kind.INDEX:
        return replace(table, indexes=named(table.indexes))
    return replace(table, constraints=named(table.constraints))


def _references_followed(table: Table, old: ObjectKey, new: ObjectKey) -> Table:
    target = ObjectKey(kind=Kind.TABLE, schema=old.schema, name=old.table)
    constraints = tuple(
        replace(c, referenced_columns=_swapped(c.referenced_columns, old, new))
        if isinstance(c, ForeignKey) and c.references == target
        else c
        for c in table.constraints
    )
    return replace(table, constraints=constraints)


def _swapped(names: tuple[str, ...], old: ObjectKey, new: ObjectKey) -> tuple[str, ...]:
    return tuple(new.name if n == old.name else n for n in names)


def _column_followed(table: Table, old: ObjectKey, new: ObjectKey, flavour: Flavour) -> Table:
    def text(it: Expression) -> Expression:
        changed = with_column(it.text, old.name, new.name, flavour)
        return it if changed == it.text else Expression(text=changed, canonical=changed)

    def names(listed: tuple[str, ...]) -> tuple[str, ...]:
        return _swapped(listed, old, new)

    columns = tuple(_column(c, text) for c in table.columns)
    return replace(
        table,
        columns=tuple(replace(c, name=new.name) if c.name == old.name else c for c in columns),
        constraints=tuple(_constraint(c, names, text) for c in table.constraints),
        indexes=tuple(_index(i, names, text) for i in table.indexes),
        options=_table_options(table.options, names, text),
    )


def _column(it: Column, text: Text) -> Column:
    if it.generated is not None:
        it = replace(it, generated=replace(it.generated, expression=text(it.generated.expression)))
    if it.default is not None:
        it = replace(it, default=text(it.default))
    if isinstance(it.options, ColumnOptions) and it.options.check is not None:
        it = replace(it, options=replace(it.options, check=text(it.options.check)))
    return it


def _constraint(it: Any, names: Names, text: Text) -> Any:
    match it:
        case Check():
            return replace(it, expression=text(it.expression))
        case PrimaryKey():
            return replace(it, columns=names(it.columns), options=_index_options(it.options, names, text))
        case ForeignKey():
            return replace(it, columns=names(it.columns))
        case _:
            return it


def _index(it: Index, names: Names, text: Text) -> Index:
    return replace(it, parts=_parts(it.parts, names, text), options=_index_options(it.options, names, text))


def _index_options(options: Any, names: Names, text: Text) -> Any:
    if not isinstance(options, IndexOptions):
        return options
    overlaps = names((options.without_overlaps,))[0] if options.without_overlaps else None
    return replace(options, parts=_parts(options.parts, names, text), without_overlaps=overlaps)


def _parts(parts: tuple[IndexPart, ...], names: Names, text: Text) -> tuple[IndexPart, ...]:
    return tuple(
        replace(p, expression=text(p.expression))
        if p.expression is not None
        else replace(p, column=names((p.column or "",))[0])
        for p in parts
    )


def _table_options(options: Any, names: Names, text: Text) -> Any:
    if not isinstance(options, TableOptions):
        return options
    periods = tuple(replace(p, begin=names((p.begin,))[0], end=names((p.end,))[0]) for p in options.periods)
    return replace(options, periods=periods, partitioning=_partitioning(options.partitioning, names, text))


def _partitioning(it: Partitioning | None, names: Names, text: Text) -> Partitioning | None:
    def method(by: PartitionMethod) -> PartitionMethod:
        expression = None if by.expression is None else text(by.expression)
        return replace(by, columns=names(by.columns), expression=expression)

    if it is None:
        return None
    return replace(it, by=method(it.by), sub_by=None if it.sub_by is None else method(it.sub_by))


def with_column(text: str, old: str, new: str, flavour: Flavour) -> str:
    """An expression of a table with one of its columns under another name."""
    tokens = tokens_of(text, Lexical(flavour=flavour))
    for i, token in reversed(list(enumerate(tokens))):
        if names_column(text, tokens, i, old):
            bare = token.sort is Sort.WORD and re.fullmatch(r"[A-Za-z_]\w*", new, re.A)
            text = text[: token.start] + (new if bare else quoted(new)) + text[token.stop :]
    return text


def mentions_column(text: str, name: str, flavour: Flavour) -> bool:
    """Whether an expression of a table is over this column of it."""
    tokens = tokens_of(text, Lexical(flavour=flavour))
    return any(names_column(text, tokens, i, name) for i in range(len(tokens)))


def names_column(text: str, tokens: list[Token], i: int, name: str) -> bool:
    """Whether a token is the name of this column: neither of a function, nor of a variable or database."""
    token = tokens[i]
    if token.sort is Sort.QUOTED:
        found = text[token.start + 1 : token.stop - 1].replace("``", "`")
    elif token.sort is Sort.WORD:
        found = text[token.start : token.stop]
    else:
        return False
    following = tokens[i + 1].word if i + 1 < len(tokens) else ""
    before = tokens[i - 1].word if i else ""
    called = following == "(" and token.sort is Sort.WORD
    return found.lower() == name.lower() and not called and following != "." and before not in ("@", "@@")
