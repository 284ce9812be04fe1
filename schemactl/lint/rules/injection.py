"""SA101: SQL that a routine puts together from text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from schemactl.changes import Alter, Create
from schemactl.lint.rule import Found, Rule, Subject
from schemactl.model import Program, Routine

#: EXECUTE of what is put together, but not by format() with %I and %L or with USING alone; PREPARE from a variable.
_POSTGRES = re.compile(r"\bEXECUTE\b(?!\s+(?:FUNCTION|PROCEDURE|ON)\b)(?P<what>[^;]*)", re.I)
_MYSQL = re.compile(r"\bEXECUTE\s+IMMEDIATE\b|\bPREPARE\s+\w+\s+FROM\s+@", re.I)
_JOINED = re.compile(r"\|\||\bconcat(?:_ws)?\s*\(|%s", re.I)
_SAFE = re.compile(r"\bquote_(?:ident|literal|nullable)\s*\(", re.I)
_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.S)


def _is_dynamic(it: object) -> bool:
    if isinstance(it, Routine):
        body = _COMMENT.sub(" ", it.body or "")
        made = (m["what"] for m in _POSTGRES.finditer(body)) if it.language == "plpgsql" else ()
        return any(_JOINED.search(what) and not _SAFE.search(what) for what in made)
    return isinstance(it, Program) and _MYSQL.search(_COMMENT.sub(" ", it.body)) is not None


def _look(subject: Subject) -> Iterator[Found]:
    for change in subject.changes:
        if isinstance(change, Create | Alter) and _is_dynamic(change.after):
            yield Found(key=change.key, message="it runs SQL that it puts together from text")


RULES = (
    Rule(
        code="SA101",
        title="a routine runs SQL that it puts together from text",
        why="What a caller passes may become part of the statement, and runs with the rights of the routine.",
        example="EXECUTE 'SELECT * FROM t WHERE name = ''' || name || '''';",
        instead="pass values with USING, names through format('%I') or quote_ident",
        look=_look,
    ),
)
