"""DO blocks that make what is not there: read as what they make, for a desired schema says what shall be there.

Only two forms are read, see `guard.HINT`; any other PL/pgSQL is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import deepcopy

from schemactl.errors import DuplicateObjectError, NotDdlError, SqlSyntaxError
from schemactl.model import Kind, ObjectKey
from schemactl_postgres.read.create_role import at_create_role, create_role
from schemactl_postgres.read.cursor import Cursor
from schemactl_postgres.read.guard import HINT, LOGIN, Guard, guard, not_read
from schemactl_postgres.read.splitter import split
from schemactl_postgres.read.state import State
from schemactl_postgres.read.tokens import Sort

Play = Callable[[Cursor, State], None]

#: Conditions that say "this is there", by name and by SQLSTATE.
_DUPLICATE = frozenset(
    "duplicate_object duplicate_table duplicate_schema duplicate_column duplicate_function duplicate_alias"
    " 42710 42P07 42P06 42701 42723 42712".split()
)
#: What two who make the same thing at the same time meet instead.
_RACES = frozenset({"unique_violation", "23505"})


def do(cursor: Cursor, state: State, play: Play) -> None:
    """After the word DO. `play` reads one statement."""
    _language(cursor)
    token = cursor.token
    text = cursor.slice(token.start, token.stop)
    if token.sort is not Sort.STRING or not text.startswith("$"):
        raise not_read(cursor, "a DO block whose body is not quoted by $$")
    cursor.next()
    _language(cursor)
    cursor.end()
    mark = text.index("$", 1) + 1
    start, stop = token.start + mark, token.stop - mark
    end = cursor.tokens[-1]._replace(start=stop, stop=stop)
    block = _Block(Cursor(cursor.source, [*cursor.source.tokens_within(start, stop), end]), state)
    try:
        block.read()
        block.cursor.end()
    except SqlSyntaxError as error:
        # It need be no error to a server, only of no form that is read here.
        raise NotDdlError(error.message, place=error.place, hint=HINT) from None
    if not block.found:
        raise not_read(cursor, "a DO block that makes nothing", cursor.tokens[0])
    for statement, test in block.found:
        _make(statement, test, state, play)


def _language(cursor: Cursor) -> None:
    if cursor.take("LANGUAGE"):
        token = cursor.token
        if cursor.name("a language") != "plpgsql":
            raise not_read(cursor, "a DO block in another language than plpgsql", token)


class _Block:
    """Reads BEGIN ... END; `found` are its statements, each with its guard, or None where a handler guards them all."""

    def __init__(self, cursor: Cursor, state: State) -> None:
        self.cursor, self.state = cursor, state
        self.found: list[tuple[Cursor, Guard | None]] = []

    def read(self) -> None:
        cursor = self.cursor
        if cursor.take("<<"):
            cursor.name("a label")
            cursor.expect(">>")
        if not cursor.take("BEGIN"):
            raise not_read(cursor, "this PL/pgSQL is not understood")
        unguarded = None
        while not cursor.at("EXCEPTION") and not cursor.at("END"):
            if cursor.at("IF"):
                self.found.append(self._if())
            elif cursor.at("BEGIN") or cursor.at("<<"):
                self.read()
            elif not cursor.take("NULL", ";"):
                unguarded = unguarded or cursor.token
                self.found.append((self._statement(), None))
        if cursor.take("EXCEPTION"):
            self._handlers()
        elif unguarded is not None:
            raise not_read(cursor, "a statement that nothing guards", unguarded)
        cursor.expect("END")
        if cursor.token.sort is Sort.WORD:
            cursor.name("a label")
        cursor.take(";")

    def _if(self) -> tuple[Cursor, Guard]:
        """IF NOT EXISTS (...) THEN one statement; END IF;"""
        cursor = self.cursor
        cursor.expect("IF")
        wrapped = cursor.take("(")
        if not cursor.take("NOT", "EXISTS"):
            raise not_read(cursor, "a condition that is no guard")
        test = guard(cursor, self.state)
        if wrapped:
            cursor.expect(")")
        if not cursor.take("THEN"):
            raise not_read(cursor, "a condition that is more than a guard")
        statement = self._statement()
        if not cursor.take("END", "IF"):
            raise not_read(cursor, "a guard over more than one statement")
        cursor.expect(";")
        return statement, test

    def _statement(self) -> Cursor:
        """The statement that comes next, whose semicolon is stepped over."""
        cursor = self.cursor
        if cursor.word not in ("CREATE", "ALTER"):
            raise not_read(cursor, "this PL/pgSQL is not understood")
        found = next(split(cursor.source, cursor.tokens[cursor.i : -1], cursor.tokens[-1].stop))
        cursor.i += len(found.tokens) - 1
        cursor.expect(";")
        return found

    def _handlers(self) -> None:
        cursor = self.cursor
        cursor.expect("WHEN")
        while True:
            self._conditions()
            cursor.expect("THEN")
            while not cursor.at("WHEN") and not cursor.at("END"):
                if cursor.take("RAISE", "NOTICE"):
                    while not cursor.at(";"):
                        cursor.next()
                elif not cursor.take("NULL"):
                    raise not_read(cursor, "a handler that does more than nothing")
                cursor.expect(";")
            if not cursor.take("WHEN"):
                return

    def _conditions(self) -> None:
        cursor = self.cursor
        start = cursor.token
        names: set[str] = set()
        while not names or cursor.take("OR"):
            token = cursor.token
            name = cursor.string() if cursor.take("SQLSTATE") else cursor.name("a condition", label=True)
            if name not in _DUPLICATE | _RACES:
                raise not_read(cursor, f"a handler for {name}, which does not say that the thing is there", token)
            names.add(name)
        if not names & _DUPLICATE:
            raise not_read(cursor, "a handler that does not say that the thing is there", start)


def _make(statement: Cursor, test: Guard | None, state: State, play: Play) -> None:
    """Play a guarded statement. Raises NotDdlError where it makes something else than its guard tests for."""
    if at_create_role(statement):
        role = create_role(statement, state)
        made = {role.key}
        if test is not None and LOGIN.get(test.catalogue, role.can_log_in) != role.can_log_in:
            can = "cannot" if LOGIN[test.catalogue] else "can"
            raise not_read(
                statement,
                f"{test.catalogue} never lists {role.name}, which {can} log in: look into pg_roles",
                test.token,
            )
    elif test is not None and Kind.ROLE not in test.kinds and test.covered(state.places):
        # A statement above made it, so that a server would not come here: let it only be told what this makes.
        try:
            made = _played(statement, deepcopy(state), play)
        except DuplicateObjectError:
            return
        if not made:
            return
    else:
        made = _played(statement, state, play)
    if not made:
        raise not_read(statement, "a guarded statement that makes nothing", statement.tokens[0])
    if test is not None and not test.covered(made):
        raise not_read(
            statement, f"this guard tests for {test.path}, and its statement makes {_first(made)}", test.token
        )


def _played(statement: Cursor, state: State, play: Play) -> set[ObjectKey]:
    before = set(state.places)
    play(statement, state)
    return {key for key in state.places.keys() - before if key.kind is not Kind.ROLE}


def _first(made: Iterable[ObjectKey]) -> ObjectKey:
    return min(made, key=lambda key: (bool(key.table), key))
