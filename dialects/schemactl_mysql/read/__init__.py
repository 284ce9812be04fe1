"""Desired state of MySQL and MariaDB, read from SQL: scripts are played as a server would, and no server is asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from schemactl.dialect import SourceText
from schemactl.model import Desired
from schemactl.reading import Sort, Source, Token
from schemactl_mysql.read.cursor import Cursor
from schemactl_mysql.read.finish import finished, things
from schemactl_mysql.read.hints import Subject, hints
from schemactl_mysql.read.scanner import Lexical, Scanner
from schemactl_mysql.read.script import play_statement
from schemactl_mysql.read.splitter import statements
from schemactl_mysql.read.state import State


def read(
    sources: Sequence[SourceText], *, default_schema: str, lexical: Lexical, lower_case_table_names: int = 0
) -> Desired:
    """Play the scripts in order and return the catalog that a server of this flavour would hold.

    The current database starts anew, as `default_schema`, with each source. Foreign keys may go to tables created
    later. Raises SourceError, with the place of the offending word.
    """
    state = State(default_schema, lexical=lexical, lower_case_table_names=lower_case_table_names)
    texts = [Source(source) for source in sources]
    for source in texts:
        state.database, state.sql_mode = default_schema, None
        for cursor in statements(source, lexical):
            play_statement(cursor, state)
    written = things(state)
    renames: dict[Subject, str] = {}
    for source in texts:
        renames.update(hints(source, lexical, written))
    return finished(state, renames)


def read_printed(printed: Iterable[tuple[str, str, str | None]], *, database: str, lexical: Lexical) -> Desired:
    """What a server printed of its own objects: (what it is of, one statement, its sql_mode), each read as it stands."""
    state = State(database, lexical=lexical)
    state.printed = True
    for name, text, mode in printed:
        its = lexical if mode is None else lexical.under(mode)
        state.sql_mode = its.modes if mode is not None else None
        source = Source(SourceText(name=f"SHOW CREATE of {name}", text=text))
        tokens = list(Scanner(source, its).tokens())
        end = len(source.text)
        play_statement(Cursor(source, [*tokens, Token(Sort.END, "", end, end)], its), state)
    return finished(state, {})
