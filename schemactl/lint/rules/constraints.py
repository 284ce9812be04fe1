"""CD and SC4: rules on the data that go."""

from __future__ import annotations

from schemactl.changes import Change
from schemactl.lint.rule import Match, Rule, Subject, dropped, is_only_remade, on_change, table_path
from schemactl.model import Check, Exclusion, ForeignKey, Index, PrimaryKey, Unique


def _goes(thing: type, then: str) -> Match:
    def match(subject: Subject, change: Change) -> str | None:
        it = dropped(subject, change, thing)
        if it is None or is_only_remade(change) or (isinstance(it, Index) and not it.unique):
            return None
        return f"{then} become possible in {table_path(change.key)}"

    return match


_BACK = "make sure that programs keep the rule themselves: once such rows are in, the constraint cannot come back"

RULES = (
    Rule(
        code="CD101",
        title="a foreign key is dropped",
        why="From then on rows can refer to nothing, and rows that others refer to can go.",
        example="-- REFERENCES people is no longer in the desired SQL",
        instead=_BACK,
        look=on_change(_goes(ForeignKey, "rows that refer to nothing")),
    ),
    Rule(
        code="CD102",
        title="a check is dropped",
        why="From then on rows can be written that it kept out.",
        example="-- CHECK (price > 0) is no longer in the desired SQL",
        instead=_BACK,
        look=on_change(_goes(Check, "rows that it kept out")),
    ),
    Rule(
        code="CD103",
        title="a primary key is dropped",
        why="From then on there can be duplicates, replication may not find rows, and queries lose its index.",
        example="CREATE TABLE t (id int);  -- was (id int PRIMARY KEY)",
        instead="replace it in one step: the desired SQL states the new key",
        look=on_change(_goes(PrimaryKey, "duplicates")),
    ),
    Rule(
        code="SC401",
        title="a unique constraint is dropped",
        why="From then on there can be duplicates, and queries lose its index.",
        example="-- UNIQUE (email) is no longer in the desired SQL",
        instead=_BACK,
        look=on_change(_goes(Unique, "duplicates")),
    ),
    Rule(
        code="SC402",
        title="a unique index is dropped",
        why="From then on there can be duplicates, and queries lose the index. ON CONFLICT over its columns fails.",
        example="-- CREATE UNIQUE INDEX ...; is no longer in the desired SQL",
        instead=_BACK,
        look=on_change(_goes(Index, "duplicates")),
    ),
    Rule(
        code="SC403",
        title="an exclusion constraint is dropped",
        why="From then on rows can be written that overlap.",
        example="-- EXCLUDE USING gist (room WITH =, during WITH &&) is no longer in the desired SQL",
        instead=_BACK,
        look=on_change(_goes(Exclusion, "rows that exclude each other")),
    ),
)
