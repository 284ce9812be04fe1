"""MY1: keys, indexes and checks."""

from __future__ import annotations

from schemactl.changes import Alter, Change, Drop
from schemactl.lint.rule import Match, Rule, Subject, altered, created, desired, on_change
from schemactl.model import Check, ForeignKey, Index, PrimaryKey
from schemactl.steps import Hazard


def _made(thing: type, hazard: Hazard) -> Match:
    def match(subject: Subject, change: Change) -> str | None:
        return subject.said(change.key, hazard) if created(subject, change, thing) is not None else None

    return match


def _foreign_key(subject: Subject, change: Change) -> str | None:
    if (it := desired(subject, change, ForeignKey)) is None:
        return None
    return f"every row is looked up in {it.references.path}; {subject.said(change.key, Hazard.BLOCKS_WRITES)}"


def _index(method: str) -> Match:
    def match(subject: Subject, change: Change) -> str | None:
        it = desired(subject, change, Index)
        return subject.said(change.key, Hazard.BLOCKS_WRITES) if it is not None and it.method == method else None

    return match


def _key_dropped(subject: Subject, change: Change) -> str | None:
    if not isinstance(change, Drop) or not isinstance(change.before, PrimaryKey) or subject.live(change.key) is None:
        return None
    return subject.said(change.key, Hazard.REWRITES_TABLE)


def _key_changed(subject: Subject, change: Change) -> str | None:
    return subject.said(change.key, Hazard.REWRITES_TABLE) if altered(subject, change, PrimaryKey) is not None else None


def _check(subject: Subject, change: Change) -> str | None:
    if desired(subject, change, Check) is None or _is_enforced(change):
        return None
    return subject.said(change.key, Hazard.REWRITES_TABLE)


def _enforced(subject: Subject, change: Change) -> str | None:
    if not _is_enforced(change) or subject.live(change.key) is None:
        return None
    return subject.said(change.key, Hazard.REWRITES_TABLE)


def _is_enforced(change: Change) -> bool:
    """Whether only that it holds is new."""
    if not isinstance(change, Alter) or not isinstance(change.before, Check) or not isinstance(change.after, Check):
        return False
    before, after = change.before, change.after
    return after.enforced and not before.enforced and before.expression == after.expression


_TOOLS = "gh-ost or pt-online-schema-change lets others go on meanwhile"

RULES = (
    Rule(
        code="MY131",
        title="a foreign key is added while nobody can write to the table",
        why="As long as foreign_key_checks is on, the table is copied and every row looked up.",
        example="ALTER TABLE t ADD FOREIGN KEY (owner) REFERENCES people (id);",
        instead=f"do it in a quiet hour; {_TOOLS}",
        look=on_change(_foreign_key, Hazard.BLOCKS_WRITES),
    ),
    Rule(
        code="MY132",
        title="a primary key is added",
        why="InnoDB keeps rows in the order of their primary key, so the whole table is written anew.",
        example="ALTER TABLE t ADD PRIMARY KEY (id);",
        instead=f"give a table its key when it is made; {_TOOLS}",
        look=on_change(_made(PrimaryKey, Hazard.REWRITES_TABLE), Hazard.REWRITES_TABLE),
    ),
    Rule(
        code="MY133",
        title="a primary key is dropped",
        why="The table is copied while nobody can write to it, and replicas look for rows by reading all of them.",
        example="ALTER TABLE t DROP PRIMARY KEY;",
        instead="replace it in one statement: the desired SQL states the new key",
        look=on_change(_key_dropped, Hazard.REWRITES_TABLE),
    ),
    Rule(
        code="MY134",
        title="a full-text index is added",
        why="The first one of a table writes it anew, and writes wait for each.",
        example="ALTER TABLE t ADD FULLTEXT (body);",
        instead="add it while the table is small, or in a quiet hour",
        look=on_change(_index("fulltext"), Hazard.BLOCKS_WRITES),
    ),
    Rule(
        code="MY135",
        title="a spatial index is added",
        why="Writes wait until it is built.",
        example="ALTER TABLE t ADD SPATIAL (place);",
        instead="add it while the table is small, or in a quiet hour",
        look=on_change(_index("spatial"), Hazard.BLOCKS_WRITES),
    ),
    Rule(
        code="MY137",
        title="a primary key becomes another",
        why="InnoDB keeps rows in the order of their primary key, so the whole table and all of its indexes are written anew.",
        example="CREATE TABLE t (id int, tenant int, PRIMARY KEY (tenant, id));  -- was (id)",
        instead=f"a second, unique index may do; {_TOOLS}",
        look=on_change(_key_changed, Hazard.REWRITES_TABLE),
    ),
    Rule(
        code="MY144",
        title="a check is added or changed",
        why="Every row is copied and checked.",
        example="ALTER TABLE t ADD CHECK (price > 0);",
        instead="MySQL: add it NOT ENFORCED, which is instant, and enforce it in a quiet hour",
        look=on_change(_check, Hazard.REWRITES_TABLE),
    ),
    Rule(
        code="MY145",
        title="a check is enforced from now on",
        why="Every row is copied and checked while nobody can write to the table.",
        example="CHECK (price > 0)  -- was NOT ENFORCED",
        instead="do it in a quiet hour, once no row breaks it",
        look=on_change(_enforced, Hazard.REWRITES_TABLE),
    ),
)
