"""Expressions whose text differs, put to the server: it prints both in its own words.

A temporary table with the columns that the expressions mention carries each as a default, a generated value or a
check; its text is read back just as the inspector reads, and everything is rolled back. Nothing of the user's is
locked or touched. What the server does not take (a type or an enum's value that is yet to be made, no right to make
temporary tables, a standby) stays the difference that it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import psycopg

from schemactl.model import (
    Catalog,
    Check,
    Column,
    Constraint,
    Exclusion,
    Expression,
    Generated,
    Index,
    IndexPart,
    Kind,
    ObjectKey,
    SchemaObject,
    Table,
)
from schemactl_postgres import confirm_partitions
from schemactl_postgres.canonical.catalog import context_of
from schemactl_postgres.canonical.expression import canonical
from schemactl_postgres.confirm_domains import changed_types, confirm_domains
from schemactl_postgres.confirm_heirs import with_heirs
from schemactl_postgres.confirm_partitions import is_doubtful
from schemactl_postgres.confirm_policies import confirmed, doubtful
from schemactl_postgres.inheritance import parents_of
from schemactl_postgres.probe import asked
from schemactl_postgres.sql import quoted

if TYPE_CHECKING:
    from sqlalchemy import Connection

#: Tables a transaction: each takes a subtransaction, and a transaction should not last.
BATCH = 200

_ALLOWED = """
SELECT has_database_privilege(current_database(), 'TEMP') AND current_setting('transaction_read_only') = 'off',
       array(SELECT quote_ident(s) FROM unnest(current_schemas(false)) s),
       array(SELECT DISTINCT quote_ident(n.nspname) FROM pg_extension x JOIN pg_namespace n ON n.oid = x.extnamespace
             WHERE n.nspname <> 'pg_catalog' AND n.nspname <> ALL (current_schemas(false)) ORDER BY 1)
"""
_LIMITS = """SET LOCAL jit = off; SET LOCAL check_function_bodies = off; SET LOCAL client_min_messages = error;
SET LOCAL lock_timeout = '2s'; SET LOCAL statement_timeout = '30s'"""
_READ = """
SELECT a.attname::text, pg_get_expr(d.adbin, d.adrelid)
FROM pg_attrdef d JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
WHERE d.adrelid = to_regclass('pg_temp.{table}')
UNION ALL
SELECT conname::text, pg_get_expr(conbin, conrelid)
FROM pg_constraint WHERE contype = 'c' AND conrelid = to_regclass('pg_temp.{table}')
"""
#: How an expression without a type of its own to go to becomes a check, in SQL and in canonical text.
_PROBE = "({}) IS NOT NULL"
_PROBED = ("(", " IS NOT NULL)")

Part = Check | Exclusion | Index
_Part = TypeVar("_Part", Constraint, Index)


class Question(NamedTuple):
    """Whether two expressions at one place are the same. `form` is default, generated, check or value.

    `target` is the column that a default or a generated value belongs to.
    """

    form: str
    target: Column | None
    desired: Expression
    actual: Expression


class Answers:
    """Which pairs of canonical text, at which places of a table, the server found to be the same."""

    def __init__(self) -> None:
        self.same: set[tuple[str, str, str, str]] = set()

    def add(self, question: Question) -> None:
        self.same.add(_pair(question))

    def settled(self, question: Question) -> bool:
        return question.desired == question.actual or _pair(question) in self.same


def _pair(question: Question) -> tuple[str, str, str, str]:
    name = question.target.name if question.target is not None else ""
    return question.form, name, question.desired.text, question.actual.text


def confirm(
    connection: Connection, desired: Catalog, actual: Catalog, *, changed: frozenset[ObjectKey] | None = None
) -> Catalog:
    """`desired`, where each expression that the server prints like the live one is replaced by the live one.

    `changed` are the types that are made of something else than live, where the catalogs do not hold these. The
    connection is in no transaction, neither before nor after. Nothing is run where no text differs. Raises what the
    driver raises when the connection is lost.
    """
    live = {table.key: table for table in actual.tables()}
    goals = {table.key: table for table in desired.tables()}
    changed = changed_types(desired, actual) if changed is None else changed
    doubts = []
    for table in desired.tables():
        twin = live.get(table.key)
        if twin is None or twin == table:
            continue
        strange = {c.name for c in table.columns if c.type.uses in changed}
        questions = [q for q in dict.fromkeys(_questions(table, twin)) if not strange & _mentioned(q)]
        if questions or is_doubtful(table, twin):
            doubts.append((table, twin, questions))
    desired = confirm_domains(connection, desired, actual, changed, prepared=prepared)
    policies = doubtful(desired, actual)
    if not doubts and not policies:
        return desired
    driver: Any = connection.connection.dbapi_connection
    settled: dict[ObjectKey, SchemaObject] = {}
    if policies:
        with driver.transaction(force_rollback=True), driver.cursor() as cursor:
            if prepared(cursor):
                settled.update(confirmed(cursor, policies))
    for start in range(0, len(doubts), BATCH):
        with driver.transaction(force_rollback=True), driver.cursor() as cursor:
            if not prepared(cursor):
                break
            for table, twin, questions in doubts[start : start + BATCH]:
                answers = _ask(cursor, table, twin, questions) if questions else Answers()
                parent = next((goals[k] for k in parents_of(table) if k in goals), None)
                settled[table.key] = confirm_partitions.confirmed(cursor, _rebuilt(table, twin, answers), twin, parent)
    settled = with_heirs(settled, goals, live)
    return replace(desired, objects=tuple(settled.get(o.key, o) for o in desired.objects))


def prepared(cursor: psycopg.Cursor[Any]) -> bool:
    """Set up the transaction. Unqualified names mean what they mean when the user's script is run."""
    allowed, path, extensions = cursor.execute(_ALLOWED).fetchone() or (False, [], [])
    if allowed:
        schemas = ", ".join([*path, *extensions]) or "pg_catalog"
        cursor.execute(f"{_LIMITS}; SET LOCAL search_path = {schemas}".encode())
    return bool(allowed)


# questions


def _questions(table: Table, live: Table) -> Iterator[Question]:
    for column in table.columns:
        twin = live.column(column.name)
        if twin is None:
            continue
        if column.default is not None and twin.default is not None and column.default != twin.default:
            yield Question("default", column, column.default, twin.default)
        if column.generated is not None and twin.generated is not None:
            one, other = column.generated.expression, twin.generated.expression
            if one != other:
                yield Question("generated", column, one, other)
    for parts, others in ((table.constraints, live.constraints), (table.indexes, live.indexes)):
        for part, candidate in _pairs(parts, others):
            yield from _between(part, candidate)


def _mentioned(question: Question) -> set[str]:
    """The columns that a question turns on: what their types mean must be what they mean in the end."""
    names = {k.name for e in (question.desired, question.actual) for k in e.uses if k.kind is Kind.COLUMN}
    return names | ({question.target.name} if question.target is not None else set())


def _between(part: Part, twin: Part) -> Iterator[Question]:
    form = "check" if isinstance(part, Check) else "value"
    for one, other in zip(_expressions(part), _expressions(twin), strict=True):
        if one != other:
            yield Question(form, None, one, other)


def _pairs(parts: Iterable[Any], others: Iterable[Any]) -> Iterator[tuple[Part, Part]]:
    """Parts that differ in nothing but expressions, of one name; or of any, where the desired one has none."""
    live = {other.name: other for other in others if isinstance(other, Check | Exclusion | Index)}
    stated = {part.name for part in parts if not part.generated_name}
    for part in parts:
        if not isinstance(part, Check | Exclusion | Index) or live.get(part.name) == part:
            continue
        for name, other in live.items():
            if type(other) is not type(part) or len(_expressions(part)) != len(_expressions(other)):
                continue
            if name == part.name or (part.generated_name and name not in stated and _shape(part) == _shape(other)):
                yield part, other


def _expressions(part: Part) -> tuple[Expression, ...]:
    if isinstance(part, Check):
        return (part.expression,)
    found = tuple(p.expression for p in part.parts if p.expression is not None)
    return found if part.predicate is None else (*found, part.predicate)


def _shape(part: Part) -> Part:
    """The part without its name and its expressions."""
    blank = Expression(text="")
    return _with(replace(part, name=""), iter([blank] * len(_expressions(part))))


def _with(part: Part, expressions: Iterator[Expression]) -> Part:
    if isinstance(part, Check):
        return replace(part, expression=next(expressions))
    parts: tuple[IndexPart, ...] = tuple(
        p if p.expression is None else replace(p, expression=next(expressions)) for p in part.parts
    )
    predicate = None if part.predicate is None else next(expressions)
    return replace(part, parts=parts, predicate=predicate)


# answers


def _ask(cursor: psycopg.Cursor[Any], table: Table, live: Table, questions: list[Question]) -> Answers:
    answers = Answers()
    printed = _printed(cursor, table, live, questions)
    if printed is None and len(questions) > 1:
        # one that the server does not take must not keep the others from being told
        for question in questions:
            single = _printed(cursor, table, live, [question])
            _judge(table, [question], single or {}, answers)
    else:
        _judge(table, questions, printed or {}, answers)
    return answers


def _judge(table: Table, questions: list[Question], printed: dict[str, str], answers: Answers) -> None:
    context = context_of(table, {}, "")
    for at, question in enumerate(questions):
        forms = []
        for side in ("d", "a"):
            text = printed.get(f"schemactl_{side}{at}")
            if text is None:
                continue
            target = context.columns.get(question.target.name) if question.target is not None else None
            found = canonical(text, context, target).text
            forms.append(found.removeprefix(_PROBED[0]).removesuffix(_PROBED[1]) if question.form == "value" else found)
        if (
            forms
            and printed.get(f"schemactl_d{at}") is not None
            and (forms[0] in (*forms[1:], question.actual.canonical))
        ):
            answers.add(question)


def _printed(
    cursor: psycopg.Cursor[Any], table: Table, live: Table, questions: list[Question]
) -> dict[str, str] | None:
    """The server's text of both sides, by the names of `_table`; None where it takes them not."""
    text = _READ.format(table=quoted(table.name).replace("'", "''"))
    return dict(asked(cursor, _table(table, live, questions), text)) or None


def _table(table: Table, live: Table, questions: list[Question]) -> str:
    """The temporary table. It bears the name of the real one, which expressions may put before a column's."""
    lines = []
    used: set[str] = set()
    for at, question in enumerate(questions):
        for side, expression in (("d", question.desired), ("a", question.actual)):
            if side == "a" and not _same_types(table, live, question):
                continue
            used |= {key.name for key in expression.uses if key.kind is Kind.COLUMN}
            if table.name in expression.text:
                used |= {column.name for column in table.columns}
            lines.append(_line(f"schemactl_{side}{at}", question, expression.text))
    columns = [f"{quoted(c.name)} {c.type.text}" for c in table.columns if c.name in used]
    return f"CREATE TEMPORARY TABLE {quoted(table.name)} ({', '.join([*columns, *lines])})"


def _line(name: str, question: Question, text: str) -> str:
    kind = question.target.type.text if question.target is not None else ""
    if question.form == "default":
        return f"{name} {kind} DEFAULT {text}\n"
    if question.form == "generated":
        return f"{name} {kind} GENERATED ALWAYS AS ({text}\n) STORED"
    return f"CONSTRAINT {name} CHECK ({_PROBE.format(text) if question.form == 'value' else text}\n)"


def _same_types(table: Table, live: Table, question: Question) -> bool:
    """Whether the live expression means among the desired columns what it means among the live ones."""
    names = {key.name for key in question.actual.uses if key.kind is Kind.COLUMN}
    if question.target is not None:
        names.add(question.target.name)
    return all(
        (one := table.column(name)) is not None and (other := live.column(name)) is not None and one.type == other.type
        for name in names
    )


# the catalog again


def _rebuilt(table: Table, live: Table, answers: Answers) -> Table:
    return replace(
        table,
        columns=tuple(_column(column, live, answers) for column in table.columns),
        constraints=_parts(table.constraints, live.constraints, answers),
        indexes=_parts(table.indexes, live.indexes, answers),
    )


def _column(column: Column, live: Table, answers: Answers) -> Column:
    twin = live.column(column.name)
    if twin is None:
        return column
    one, other = column.default, twin.default
    if one is not None and other is not None and answers.settled(Question("default", column, one, other)):
        column = replace(column, default=other)
    if column.generated is not None and twin.generated is not None:
        mine, theirs = column.generated.expression, twin.generated.expression
        if answers.settled(Question("generated", column, mine, theirs)):
            column = replace(column, generated=Generated(expression=theirs, stored=column.generated.stored))
    return column


def _parts(parts: tuple[_Part, ...], others: tuple[_Part, ...], answers: Answers) -> tuple[_Part, ...]:
    adopted: dict[str, Any] = {}
    for part, twin in _pairs(parts, others):
        if adopted.get(part.name):
            continue
        form = "check" if isinstance(part, Check) else "value"
        pairs = list(zip(_expressions(part), _expressions(twin), strict=True))
        same = [answers.settled(Question(form, None, one, other)) for one, other in pairs]
        if all(same) or part.name == twin.name:
            taken = [other if yes else one for (one, other), yes in zip(pairs, same, strict=True)]
            adopted[part.name] = _with(part, iter(taken))
    return tuple(adopted.get(part.name, part) for part in parts)
