"""A diagram of what changes, for people who think in boxes: the tables that differ, with what they are tied to by keys.

Mermaid's entity relationship diagrams (https://mermaid.js.org/syntax/entityRelationshipDiagram.html), which GitHub,
GitLab and Gitea draw.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from schemactl.model import Catalog, Column, ForeignKey, ObjectKey, PrimaryKey, Table, Unique
from schemactl.render.words import one_line

#: More than these, and nobody sees anything.
MOST_TABLES = 25
MOST_COLUMNS = 40


def diagram(before: Catalog, after: Catalog, most: int = MOST_TABLES) -> str:
    """Mermaid of the tables that come, go or change, and of those at the other end of their foreign keys.

    Empty where no table changes, or more than `most` do.
    """
    old, new = ({t.key: t for t in catalog.tables()} for catalog in (before, after))
    changed = [key for key in dict.fromkeys((*new, *old)) if old.get(key) != new.get(key)]
    if not changed or len(changed) > most:
        return ""
    shown = dict.fromkeys(changed)
    for table in (*new.values(), *old.values()):
        for it in _foreign_keys(table):
            if table.key in changed and len(shown) < most:
                shown.setdefault(it.references)
    lines = ["erDiagram"]
    for key in shown:
        lines += _entity(key, old.get(key), new.get(key), whole=key in changed)
    for key in shown:
        lines += _relations(old.get(key), new.get(key), shown)
    return "\n".join(lines)


def _entity(key: ObjectKey, was: Table | None, it: Table | None, *, whole: bool) -> Iterator[str]:
    told = "" if not whole else " (new)" if was is None else " (dropped)" if it is None else ""
    columns = list(_columns(was, it)) if whole else []
    yield f"    {_name(key, told)}{' {' if columns else ''}"
    for number, (column, keys, change) in enumerate(columns):
        if number == MOST_COLUMNS:
            yield f'        more columns "{len(columns) - MOST_COLUMNS}"'
            break
        comment = f' "{change}"' if change else ""
        yield f"        {_word(column.type.text)} {_word(column.name)}{keys}{comment}"
    if columns:
        yield "    }"


def _columns(was: Table | None, it: Table | None) -> Iterator[tuple[Column, str, str]]:
    """Each column of either side, its keys, and what becomes of it."""
    before = {c.name: c for c in was.columns} if was is not None else {}
    after = {c.name: c for c in it.columns} if it is not None else {}
    table = it or was
    assert table is not None
    for name in dict.fromkeys((*after, *before)):
        old, new = before.get(name), after.get(name)
        change = ""
        if was is not None and it is not None and old != new:
            change = "new" if old is None else "dropped" if new is None else _difference(old, new)
        found = new or old
        assert found is not None
        yield found, _keys(table, name), change


def _difference(old: Column, new: Column) -> str:
    if old.type != new.type:
        return f"was {_plain(old.type.text)}"
    if old.nullable != new.nullable:
        return "becomes nullable" if new.nullable else "becomes NOT NULL"
    return "changes"


def _keys(table: Table, column: str) -> str:
    kinds = {PrimaryKey: "PK", ForeignKey: "FK", Unique: "UK"}
    found = [
        kinds[type(it)]
        for it in table.constraints
        if isinstance(it, PrimaryKey | ForeignKey | Unique) and column in it.columns
    ]
    return f" {', '.join(dict.fromkeys(found))}" if found else ""


def _relations(was: Table | None, it: Table | None, shown: Mapping[ObjectKey, object]) -> Iterator[str]:
    old = {k.name: k for k in _foreign_keys(was)} if was is not None else {}
    new = {k.name: k for k in _foreign_keys(it)} if it is not None else {}
    for name in dict.fromkeys((*new, *old)):
        key, table = new.get(name) or old[name], it or was
        assert table is not None
        if key.references not in shown or table.key not in shown:
            continue
        change = ""
        if was is not None and it is not None:
            change = ": new" if name not in old else ": dropped" if name not in new else ""
        yield f'    {_name(table.key)} }}o--|| {_name(key.references)} : "{_plain(", ".join(key.columns))}{change}"'


def _foreign_keys(table: Table) -> list[ForeignKey]:
    return [it for it in table.constraints if isinstance(it, ForeignKey)]


def _name(key: ObjectKey, told: str = "") -> str:
    """An entity by its path, with another label where something is told of it."""
    path = _plain(key.path)
    return f'"{path}"["{path}{told}"]' if told else f'"{path}"'


def _plain(text: str) -> str:
    """Text between quotes."""
    return re.sub(r'["\\`;{}<>%#]', "_", one_line(text))


def _word(text: str) -> str:
    """A type or a column: Mermaid wants a word, which begins with a letter."""
    word = re.sub(r"[^A-Za-z0-9_()\[\]-]+", "_", text)
    return word if re.match(r"[A-Za-z]", word) else f"c{word}"
