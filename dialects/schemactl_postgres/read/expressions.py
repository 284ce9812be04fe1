"""Expressions as slices of the source, and what names stand in them.

An expression is never judged here, only cut out: by its parentheses, or up to the word that begins the next clause.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from dataclasses import replace

from schemactl.dialect import SourceText
from schemactl.errors import SqlSyntaxError
from schemactl.model import DataType, Expression, Kind, ObjectKey
from schemactl_postgres.names import clipped
from schemactl_postgres.read.cursor import Cursor
from schemactl_postgres.read.located import located, names_a_relation
from schemactl_postgres.read.query import regclass
from schemactl_postgres.read.state import State, TableDraft
from schemactl_postgres.read.tokens import Sort, Source, Token
from schemactl_postgres.sql import literal, qualified, quoted

#: Words that begin the next clause of a column and cannot stand in a b_expr outside of parentheses.
_CLAUSES = frozenset(
    [
        "CONSTRAINT",
        "NULL",
        "DEFAULT",
        "CHECK",
        "PRIMARY",
        "UNIQUE",
        "REFERENCES",
        "GENERATED",
        "COLLATE",
        "STORAGE",
        "COMPRESSION",
        "DEFERRABLE",
        "INITIALLY",
        "ENFORCED",
        "ON",
    ]
)
#: After a column's default, NOT begins one of these; within it, NOT stands only in IS NOT ...
_NOT_CLAUSES = frozenset({"NULL", "DEFERRABLE", "ENFORCED"})
#: Words of an expression that is more than a cast.
_COMPUTING = frozenset(
    [
        "AND",
        "OR",
        "IS",
        "IN",
        "LIKE",
        "ILIKE",
        "BETWEEN",
        "SIMILAR",
        "ISNULL",
        "NOTNULL",
        "COLLATE",
        "AT",
        "NOT",
        "OPERATOR",
    ]
)
#: Words that are part of a type or operator behind these, and else may be a column's name.
_BEFORE_TYPES = {"TIME": ("AT", "WITH", "WITHOUT"), "ZONE": ("TIME",), "PRECISION": ("DOUBLE",)}
#: `extract(year from x)` names a field.
_FIELD_FUNCTIONS = frozenset({"EXTRACT"})


def default_span(cursor: Cursor) -> tuple[int, int]:
    """Step over a column's DEFAULT expression; the numbers of its first token, and of the one after it."""
    return _span(cursor, _begins_clause)


def whole_span(cursor: Cursor) -> tuple[int, int]:
    """Step over an expression that only a comma, a closing parenthesis or the end stops."""
    return _span(cursor, lambda c: False)


def _span(cursor: Cursor, stops: Callable[[Cursor], bool]) -> tuple[int, int]:
    first, depth, cases = cursor.i, 0, 0
    while True:
        token = cursor.token
        word = token.word
        if token.sort is Sort.END or (not depth and word in (",", ")", "]")):
            break
        if word in ("(", "["):
            depth += 1
        elif word in (")", "]"):
            depth -= 1
        elif word == "CASE":
            cases += 1
        elif word == "END" and cases:
            cases -= 1
        elif cursor.i > first and not depth and not cases and stops(cursor):
            break
        cursor.i += 1
    if cursor.i == first:
        raise cursor.unexpected("expected an expression")
    return first, cursor.i


def _begins_clause(cursor: Cursor) -> bool:
    word = cursor.word
    if word in _CLAUSES:
        # IS NULL, and the type or operator names after :: and OPERATOR, are part of the expression.
        before = cursor.tokens[cursor.i - 1].word
        return not (word == "NULL" and before in ("IS", "NOT"))
    if word == "NOT":
        return cursor.ahead().word in _NOT_CLAUSES and cursor.tokens[cursor.i - 1].word != "IS"
    return word == "NO" and cursor.ahead().word == "INHERIT"


def expression(cursor: Cursor, span: tuple[int, int], state: State, columns: TableDraft | None = None) -> Expression:
    """The expression of a span; `uses` names the columns of the table, sequences and types that it mentions."""
    text = located(cursor, span, state)
    tokens = cursor.tokens[span[0] : span[1]]
    uses: list[ObjectKey] = []
    if columns is not None:
        uses.extend(columns.child(Kind.COLUMN, c) for c in column_names(cursor.source, tokens, columns.columns))
    uses.extend(_named_objects(cursor, span, state))
    return Expression(text=text, canonical=text, uses=tuple(dict.fromkeys(uses)))


def nextval(key: ObjectKey) -> str:
    """The default that reads a sequence, as the server prints it with an empty search_path."""
    return f"nextval({literal(qualified(key)).strip()}::regclass)"


def default_expression(cursor: Cursor, span: tuple[int, int], state: State) -> Expression:
    """As `expression`; but nextval of a sequence that the script made names it in full, as the server does."""
    found = expression(cursor, span, state)
    words = [t.word for t in cursor.tokens[span[0] : span[1]]]
    if words[:2] == ["PG_CATALOG", "."]:
        words = words[2:]
    plain = words in (["NEXTVAL", "(", "", ")"], ["NEXTVAL", "(", "", "::", "REGCLASS", ")"])
    if plain and len(found.uses) == 1 and found.uses[0].kind is Kind.SEQUENCE:
        text = nextval(found.uses[0])
        return replace(found, text=text, canonical=text)
    return found


def is_null(cursor: Cursor, span: tuple[int, int]) -> bool:
    """Whether an expression is NULL, or NULL cast to something: as a default the same as none."""
    tokens = [t for t in cursor.tokens[span[0] : span[1]] if t.word not in ("(", ")")]
    if tokens[0].word != "NULL":
        return False
    return len(tokens) == 1 or (tokens[1].word == "::" and not any(_computes(t) for t in tokens[1:]))


def is_dropped_null(type_: DataType) -> bool:
    """Whether it is certain that the server stores no default for DEFAULT NULL: see `canonical/nulls.py`."""
    return "(" not in type_.text and (type_.uses is None or type_.text.endswith("[]"))


def _computes(token: Token) -> bool:
    """Whether a token behind NULL makes more of it than a cast does."""
    if token.sort is Sort.OPERATOR:
        return token.word not in ("::", ".", ",", "[", "]")
    return token.sort is Sort.STRING or token.word in _COMPUTING


def column_names(source: Source, tokens: list[Token], columns: Container[str]) -> list[str]:
    """The columns that an expression mentions, in order, each once."""
    return list(dict.fromkeys(name for name, _ in _column_tokens(source, tokens, columns)))


def _column_tokens(source: Source, tokens: list[Token], columns: Container[str]) -> Iterator[tuple[str, Token]]:
    count = len(tokens)
    for i, token in enumerate(tokens):
        if token.sort is Sort.WORD:
            text = source.text[token.start : token.stop]
            name = clipped(text.lower())
        elif token.sort is Sort.QUOTED:
            name = clipped(source.text[token.start + 1 : token.stop - 1].replace('""', '"'))
        else:
            continue
        if name not in columns:
            continue
        after = tokens[i + 1] if i + 1 < count else None
        before = tokens[i - 1].word if i else ""
        if after is not None and (after.word in ("(", ".") or after.sort is Sort.STRING):
            continue  # a function, a table's or schema's name, a typed constant
        if before in _BEFORE_TYPES.get(token.word, ()) or _names_a_type(tokens, i):
            continue
        if before == "." and i > 1 and tokens[i - 2].word == ")":
            continue  # a part of a composite value
        if after is not None and after.word == "FROM" and i > 1 and tokens[i - 2].word in _FIELD_FUNCTIONS:
            continue
        yield name, token


def _names_a_type(tokens: list[Token], i: int) -> bool:
    """Whether a name stands behind `::`, AS or COLLATE, or behind a schema that does."""
    while i > 1 and tokens[i - 1].word == ".":
        i -= 2
    return i > 0 and tokens[i - 1].word in ("::", "AS", "COLLATE")


def renamed_column(item: Expression, columns: Container[str], old: str, new: str) -> Expression:
    """The expression with one of its columns renamed, as the server, which keeps no text, shows it afterwards."""
    source = Source(SourceText(name="", text=item.text))
    text, shift = item.text, 0
    for name, token in list(_column_tokens(source, list(source.tokens()), columns)):
        if name == old:
            text = text[: token.start + shift] + quoted(new) + text[token.stop + shift :]
            shift += len(quoted(new)) - (token.stop - token.start)
    return replace(item, text=text, canonical=text)


def _named_objects(cursor: Cursor, span: tuple[int, int], state: State) -> Iterator[ObjectKey]:
    """The types that it casts to, and the sequences in 'name'::regclass or nextval('name')."""
    tokens = cursor.tokens
    for i in range(*span):
        token = tokens[i]
        if token.word == "::" and (state.enums or state.types):
            yield from _type_at(cursor, i + 1, state)
        elif token.sort is Sort.STRING and state.sequences and names_a_relation(cursor, i):
            name = regclass(cursor, token)
            found = state.find_sequence(name) if name else None
            if found is not None:
                yield found.key


def _type_at(cursor: Cursor, i: int, state: State) -> Iterator[ObjectKey]:
    probe = Cursor(cursor.source, cursor.tokens)
    probe.i = i
    try:
        found = state.find_type(probe.qualified("a type"))
    except SqlSyntaxError:
        return
    if found is not None:
        yield found.key
