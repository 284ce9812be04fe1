"""PG3: columns that are new or change."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from schemactl.changes import Alter, Change, Create
from schemactl.lint.rule import Found, Match, Rule, Subject, on_change
from schemactl.model import Column, Kind, PrimaryKey
from schemactl.steps import Hazard
from schemactl_postgres.inheritance import is_retyped


def _added(fits: Callable[[Column], bool]) -> Match:
    def match(subject: Subject, change: Change) -> str | None:
        if not isinstance(change, Create) or not isinstance(change.after, Column) or subject.live(change.key) is None:
            return None
        return subject.said(change.key, Hazard.REWRITES_TABLE) if fits(change.after) else None

    return match


def _retyped(subject: Subject) -> Iterator[Found]:
    for change in subject.changes:
        if not isinstance(change, Alter) or not isinstance(change.before, Column) or subject.live(change.key) is None:
            continue
        before, after = change.before, change.after
        assert isinstance(after, Column)
        if not is_retyped(before, after):
            continue
        for step, told in subject.costs.get(change.key, ()):
            heavy = [it.message for it in told if it.hazard in (Hazard.REWRITES_TABLE, Hazard.BUILDS_INDEX)]
            if heavy:
                yield Found(key=change.key, message="; ".join(heavy), step=step)


def _made_not_null(subject: Subject, change: Change) -> str | None:
    if not isinstance(change, Alter) or not isinstance(change.before, Column) or subject.live(change.key) is None:
        return None
    assert isinstance(change.after, Column)
    if not change.before.nullable or change.after.nullable:
        return None
    return f"{subject.said(change.key, Hazard.SCANS_TABLE)}: {subject.said(change.key, Hazard.BLOCKS_READS)}"


def _key_over_nullable(subject: Subject) -> Iterator[Found]:
    for change in subject.changes:
        table = subject.live(change.key)
        if not isinstance(change, Create | Alter) or not isinstance(change.after, PrimaryKey) or table is None:
            continue
        for name in change.after.columns:
            column = table.column(name)
            key = table.child(Kind.COLUMN, name)
            step = subject.costing(key, Hazard.SCANS_TABLE, Hazard.BLOCKS_READS)
            if column is not None and column.nullable and step is not None:
                message = f"{key.path} is nullable: every row is read to see that none has NULL"
                yield Found(key=change.key, message=message, step=step)


RULES = (
    Rule(
        code="PG301",
        title="a new type or collation makes the server write the table, or an index, anew",
        why="Nobody can use the table meanwhile. Free are: varchar made longer or text, numeric with more digits before the "
        "point or without limits; timestamp and timestamptz into each other only while TimeZone is UTC.",
        example="ALTER TABLE t ALTER COLUMN id TYPE bigint;  -- was integer",
        instead="add a column of the new type, fill it in batches while a trigger keeps it up, and swap the two",
        look=_retyped,
    ),
    Rule(
        code="PG302",
        title="a column with a volatile default is added",
        why="A constant default costs nothing; one that gives each row a value of its own makes the server write the whole "
        "table anew while nobody can use it.",
        example="ALTER TABLE t ADD COLUMN token uuid DEFAULT gen_random_uuid();",
        instead="add it without a default, set the default, fill the old rows in batches",
        look=on_change(
            _added(lambda it: it.generated is None and it.identity is None and it.default is not None),
            Hazard.REWRITES_TABLE,
        ),
    ),
    Rule(
        code="PG303",
        title="NOT NULL is set while nobody can use the table",
        why="SET NOT NULL reads every row under an ACCESS EXCLUSIVE lock, unless a validated check proves it.",
        example="ALTER TABLE t ALTER COLUMN name SET NOT NULL;",
        instead="ADD CHECK (name IS NOT NULL) NOT VALID and VALIDATE it first; on Postgres 18 NOT NULL NOT VALID. Without "
        "--no-online, schemactl does that by itself on a table that is not small",
        look=on_change(_made_not_null, Hazard.SCANS_TABLE, Hazard.BLOCKS_READS),
    ),
    Rule(
        code="PG304",
        title="a primary key is added over columns that may be NULL",
        why="They become NOT NULL with it, for which every row is read while nobody can use the table.",
        example="ALTER TABLE t ADD PRIMARY KEY (id);  -- id may be NULL",
        instead="make the columns NOT NULL in a release before, the online way",
        look=_key_over_nullable,
    ),
    Rule(
        code="PG309",
        title="a stored generated column is added",
        why="It is computed for every row, for which the whole table is written anew while nobody can use it.",
        example="ALTER TABLE t ADD COLUMN total int GENERATED ALWAYS AS (a + b) STORED;",
        instead="a VIRTUAL one (Postgres 18), a view, or a plain column that a trigger fills",
        look=on_change(_added(lambda it: it.generated is not None), Hazard.REWRITES_TABLE),
    ),
    Rule(
        code="PG310",
        title="an identity column is added",
        why="Each row gets a number of its own, for which the whole table is written anew while nobody can use it.",
        example="ALTER TABLE t ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY;",
        instead="add a plain column, fill it in batches from a sequence, then make it an identity",
        look=on_change(_added(lambda it: it.identity is not None), Hazard.REWRITES_TABLE),
    ),
)
