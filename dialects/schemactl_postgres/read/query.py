"""What a view's query names: relations by sqlglot's tree, functions, types and sequences by its tokens.

Only names are taken from the tree, never text. A query that sqlglot cannot parse is scanned for names alone, which
may find too many.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError

from schemactl.dialect import SourceText
from schemactl.errors import SqlSyntaxError
from schemactl_postgres.names import clipped
from schemactl_postgres.read.cursor import Cursor, Name
from schemactl_postgres.read.tokens import Sort, Source, Token


class Mention(NamedTuple):
    """A name in a query, and where in its text it begins; -1 within a string.

    `sort` is relation, routine, type or sequence, as the place of the name tells; word, where nothing does.
    """

    sort: str
    schema: str | None
    name: str
    start: int


def mentions(cursor: Cursor, span: tuple[int, int]) -> list[Mention]:
    """All names of the tokens of `span` that may be of objects."""
    text = cursor.text(*span)
    found = list(names_in(cursor, span))
    relations = relations_in(text)
    if relations is None:
        # Whatever has the name of a relation is taken for one.
        relations = [m._replace(sort="word") for m in found if m.sort in ("type", "routine")]
    return [*relations, *found]


def relations_in(text: str) -> list[Mention] | None:
    """The tables and views in a query, but not its common table expressions; None where it cannot be parsed."""
    try:
        tree = parse_one(text, dialect="postgres")
    except (SqlglotError, RecursionError):
        return None
    if not isinstance(tree, exp.Query | exp.Values):
        return None
    found = []
    for table in tree.find_all(exp.Table):
        name, schema = table.this, table.args.get("db")
        if not isinstance(name, exp.Identifier):
            continue  # a function, or rows of VALUES
        if schema is None and _is_common(table, _folded(name)):
            continue
        start = (schema or name).meta.get("start", -1)
        found.append(Mention("relation", _folded(schema) if schema else None, _folded(name), start))
    return found


def _folded(name: exp.Identifier) -> str:
    return clipped(name.name if name.args.get("quoted") else name.name.lower())


def _is_common(table: exp.Expr, name: str) -> bool:
    """Whether a WITH in sight of `table` defines the name: a non-recursive one is not in sight of itself."""
    node: exp.Expr = table
    within: exp.Expr | None = None
    while node.parent is not None:
        parent = node.parent
        with_ = parent.args.get("with_") or parent.args.get("with")
        if isinstance(with_, exp.With):
            defined = with_.expressions
            if node is with_ and not with_.args.get("recursive"):
                defined = defined[: next((i for i, cte in enumerate(defined) if cte is within), 0)]
            if any(_folded(cte.args["alias"].this) == name for cte in defined):
                return True
        within, node = node, parent
    return False


def names_in(cursor: Cursor, span: tuple[int, int]) -> Iterator[Mention]:
    """All names of one or two parts, whatever they are of, and those within strings."""
    tokens = cursor.tokens
    origin = tokens[span[0]].start if span[1] > span[0] else 0
    reader = Cursor(cursor.source, tokens)
    i = span[0]
    while i < span[1]:
        token = tokens[i]
        if token.sort is Sort.STRING:
            name = regclass(cursor, token)
            if name is not None:
                yield Mention("sequence", name.schema, name.name, -1)
        elif token.sort in (Sort.WORD, Sort.QUOTED):
            reader.i = i
            parts = [reader.name(label=True)]
            while reader.word == "." and reader.ahead().sort in (Sort.WORD, Sort.QUOTED):
                reader.i += 1
                parts.append(reader.name(label=True))
            if len(parts) <= 2 and reader.i <= span[1]:
                sort = "routine" if reader.word == "(" else "type"
                yield Mention(sort, parts[0] if len(parts) == 2 else None, parts[-1], token.start - origin)
            i = reader.i
            continue
        i += 1


def regclass(cursor: Cursor, token: Token) -> Name | None:
    """The name within a string such as 'public.t_id_seq'; None where it is none."""
    text = cursor.slice(token.start, token.stop)
    if text[0] != "'":
        return None
    source = Source(SourceText(name="", text=text[1:-1].replace("''", "'")))
    try:
        reader = Cursor(source, [*source.tokens(), Token(Sort.END, "", 0, 0)])
        name = reader.qualified()
        return name if reader.done else None
    except SqlSyntaxError:
        return None
