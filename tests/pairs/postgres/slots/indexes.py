"""Indexes on tables."""

from __future__ import annotations

from tests.pairs.pieces import Draft, Drawn, Slot
from tests.pairs.postgres.slots.kinds import EXPRESSIONS, called
from tests.pairs.postgres.slots.tables import TABLES, Column, bare, columns_of, condition, ordered, use

ORDERS = ("", "", "", " DESC", " NULLS FIRST", " DESC NULLS LAST", " ASC NULLS LAST")
#: Access methods, the families of columns they take, and an operator class for each, or none.
METHODS = {
    "hash": ("int", "text", "time", "num"),
    "gin": ("json", "array"),
    "gist": ("range",),
    "brin": ("int", "time", "date"),
    "spgist": ("text", "range"),
}


def _element(draft: Draft, column: Column) -> str:
    draft.need(column.word, f"kept {column}")
    text = column.name
    if draft.chance(10) and (made := called(draft, column.kind.text, "")):
        return f"({made[0].format(c=column.name)}){draft.pick(ORDERS)}"
    if column.kind.family in EXPRESSIONS and draft.chance(25):
        text = f"({draft.pick(EXPRESSIONS[column.kind.family])[0].format(c=column.name)})"
        if "[1]" in text or ("->" in text and "->>" not in text) or "(lower(" in text:
            return text
    elif column.kind.text == "text" or column.kind.text.startswith("varchar"):
        text += draft.maybe(10, ' COLLATE "C"') + draft.maybe(10, " text_pattern_ops")
    return text + draft.pick(ORDERS)


def drawn(draft: Draft, path: str, name: str) -> Drawn | None:
    """An index of any kind on the relation."""
    if not draft.has(f"relation {path}"):
        return None
    draft.need(f"relation {path}")
    stored = [c for c in columns_of(draft, path) if not c.virtual]
    columns = ordered(stored)
    if not columns:
        return None
    method = draft.pick(("btree", "btree", "btree", *METHODS))
    fitting = [
        c
        for c in stored
        if c.kind.family in METHODS.get(method, ()) and not c.kind.needs and not c.kind.text.startswith("char")
    ]
    if method != "btree" and fitting:
        column = draft.pick(fitting)
        draft.need(f"kept {column}")
        text = f" USING {method} ({use(draft, column)}{draft.maybe(30, ' jsonb_path_ops') if column.kind.text == 'jsonb' and method == 'gin' else ''})"
        unique = ""
    else:
        unique = draft.maybe(25, "UNIQUE ") if not draft.has(f"partitioned {path}") else ""
        chosen = draft.some(columns, 30) or [draft.pick(columns)]
        text = f" ({', '.join(_element(draft, c) for c in chosen)})"
        rest = [c for c in columns if c not in chosen]
        if rest and draft.chance(15):
            text += f" INCLUDE ({use(draft, draft.pick(rest))})"
        text += draft.maybe(30, " NULLS NOT DISTINCT") if unique else ""
        text += draft.maybe(10, " WITH (fillfactor=80)")
    if draft.chance(20):
        text += f" WHERE {condition(draft, path, stored=True)}"
    schema = path.partition(".")[0]
    return Drawn(
        sql=f"CREATE {unique}INDEX {name} ON {path}{text}", gives=[f"index {schema}.{name}", f"name {schema}.{name}"]
    )


def slot(path: str, name: str) -> Slot:
    return Slot(f"index {path} {name}", lambda draft: drawn(draft, path, name), 40)


SLOTS = tuple(slot(path, f"{bare(path).lower()}_{suffix}") for path in TABLES for suffix in ("i", "j"))
