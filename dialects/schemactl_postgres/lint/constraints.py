"""PG3: constraints that are checked under a lock."""

from __future__ import annotations

from collections.abc import Iterator

from schemactl.changes import Change, Create
from schemactl.lint.rule import Found, Rule, Subject, altered, on_change, on_costly
from schemactl.model import Check, Constraint, ForeignKey, Index, Kind, PrimaryKey, Table, Unique
from schemactl.steps import Hazard


def _redefined(subject: Subject, change: Change) -> str | None:
    """The columns of a primary key: a new name alone is none."""
    if (both := altered(subject, change, PrimaryKey)) is None:
        return None
    was, shall = (", ".join(it.columns) for it in both)
    return f"it was over ({was}) and is over ({shall}): replicas and programs know rows by the old one"


def _unindexed(subject: Subject) -> Iterator[Found]:
    for change in subject.changes:
        if not isinstance(change, Create) or change.because:
            continue
        table = change.after if isinstance(change.after, Table) else subject.table(change.key)
        if table is None:
            continue
        keys = table.constraints if isinstance(change.after, Table) else (change.after,)
        for key in keys:
            if isinstance(key, ForeignKey) and not _has_index(table, key):
                message = (
                    f"no index begins with {', '.join(key.columns)}: a DELETE in {key.references.path} reads all rows"
                )
                yield Found(key=table.child(Kind.CONSTRAINT, key.name), message=message)


def _has_index(table: Table, key: ForeignKey) -> bool:
    wanted = set(key.columns)
    return any(
        set(columns[: len(wanted)]) == wanted
        for it in (*table.constraints, *table.indexes)
        if (columns := _columns(it))
    )


def _columns(it: Constraint | Index) -> tuple[str | None, ...]:
    if isinstance(it, PrimaryKey | Unique):
        return it.columns
    if isinstance(it, Index) and it.method in ("btree", "hash") and it.predicate is None:
        return tuple(part.column for part in it.parts)
    return ()


_ONLINE = "without --no-online, schemactl does that by itself on a table that is not small"

RULES = (
    Rule(
        code="PG305",
        title="a check is added and validated in one statement",
        why="Every row is checked under an ACCESS EXCLUSIVE lock.",
        example="ALTER TABLE t ADD CHECK (price > 0);",
        instead=f"ADD CHECK ... NOT VALID, then VALIDATE CONSTRAINT, which lets others go on; {_ONLINE}",
        look=on_costly(Check, Hazard.SCANS_TABLE, Hazard.BLOCKS_READS),
    ),
    Rule(
        code="PG306",
        title="a foreign key is added and validated in one statement",
        why="Every row is looked up in the other table while nobody can write to either of the two.",
        example="ALTER TABLE t ADD FOREIGN KEY (owner) REFERENCES people;",
        instead=f"ADD FOREIGN KEY ... NOT VALID, then VALIDATE CONSTRAINT, which lets others go on; {_ONLINE}",
        look=on_costly(ForeignKey, Hazard.SCANS_TABLE, Hazard.BLOCKS_WRITES),
    ),
    Rule(
        code="PG312",
        title="a primary key is redefined",
        why="The old one goes before the new one is there. Foreign keys to it are made anew, replicas find rows by it, and "
        "programs take it for the identity of a row.",
        example="CREATE TABLE t (id int, tenant int, PRIMARY KEY (tenant, id));  -- was (id)",
        instead="add a unique index over the new columns beside it, and change the key once all know of it",
        look=on_change(_redefined),
    ),
    Rule(
        code="SC603",
        title="no index serves a new foreign key",
        why="To delete a row of the other table, or change its key, the server looks for rows that refer to it. Without an "
        "index it reads all of them.",
        example="CREATE TABLE t (owner int REFERENCES people);",
        instead="CREATE INDEX ON t (owner);",
        look=_unindexed,
    ),
)
