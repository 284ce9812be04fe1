"""SC6: what a new table had better have, while it is easy to add."""

from __future__ import annotations

from collections.abc import Iterator

from schemactl.changes import Create
from schemactl.lint.rule import Found, Rule, Subject
from schemactl.model import Constraint, Index, ObjectKey, PrimaryKey, Table, Unique
from schemactl.model import Kind as K


def _no_primary_key(subject: Subject) -> Iterator[Found]:
    for change in subject.changes:
        if not isinstance(change, Create) or not isinstance(change.after, Table) or change.key not in subject.made:
            continue
        it = change.after
        if not any(isinstance(c, PrimaryKey) for c in it.constraints) and not _is_part(it):
            yield Found(
                key=it.key, message="no column tells its rows apart: replicas and tools that look for one row fail"
            )


def _is_part(table: Table) -> bool:
    """Whether its key is another's: of a partition, or of what it inherits from; or its rows are elsewhere."""
    options = table.options
    return any(getattr(options, name, None) for name in ("partition_of", "inherits", "foreign"))


def _keys(table: Table) -> Iterator[tuple[ObjectKey, tuple[str, ...], bool]]:
    """What has an index: its columns in order, and whether it is a constraint's or a unique one."""
    for it in (*table.constraints, *table.indexes):
        columns = _columns(it)
        if columns:
            kind = K.INDEX if isinstance(it, Index) else K.CONSTRAINT
            yield table.child(kind, it.name), columns, not isinstance(it, Index) or it.unique


def _columns(it: Constraint | Index) -> tuple[str, ...]:
    if isinstance(it, PrimaryKey | Unique):
        return it.columns
    if not isinstance(it, Index) or it.method != "btree" or it.predicate is not None:
        return ()
    plain = all(p.column and not p.descending and not p.collation and p.options is None for p in it.parts)
    return tuple(p.column for p in it.parts if p.column) if plain and not it.include else ()


def _redundant(subject: Subject) -> Iterator[Found]:
    for change in subject.changes:
        tables = [change.after] if isinstance(change, Create) and isinstance(change.after, Table) else []
        if isinstance(change, Create) and isinstance(change.after, Index) and (it := subject.table(change.key)):
            tables = [it]
        for table in tables:
            keys = list(_keys(table))
            for key, columns, unique in keys:
                if unique or not (key == change.key or key.parent == change.key):
                    continue
                other = next((k for k, c, _ in keys if k != key and c[: len(columns)] == columns), None)
                if other is not None and not (_same(keys, other, columns) and other > key):
                    yield Found(key=key, message=f"{other} begins with the same columns, and serves the same queries")


def _same(keys: list[tuple[ObjectKey, tuple[str, ...], bool]], other: ObjectKey, columns: tuple[str, ...]) -> bool:
    """Whether the other is a plain index over just these columns: of two such, one is told of."""
    return any(k == other and c == columns and not unique for k, c, unique in keys)


RULES = (
    Rule(
        code="SC601",
        title="a new table has no primary key",
        why="Logical replication needs one to find rows, MySQL makes a hidden one, and tools that change tables while they "
        "are in use refuse to work without it.",
        example="CREATE TABLE t (name text);",
        instead="give it one now: id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
        look=_no_primary_key,
    ),
    Rule(
        code="SC602",
        title="a new index is covered by another",
        why="An index over (a) serves no query that one over (a, b) does not serve, and each costs time at every write.",
        example="CREATE INDEX ON t (a); CREATE INDEX ON t (a, b);",
        instead="leave out the shorter one",
        look=_redundant,
    ),
)
