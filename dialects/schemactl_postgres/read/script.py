"""Which statement it is, and who reads it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from schemactl.errors import DuplicateObjectError, MissingObjectError, UnsupportedError
from schemactl.model import Extension, Kind, Schema
from schemactl_postgres.read.aggregate import create_aggregate
from schemactl_postgres.read.alter_table import alter_foreign_table, alter_index, alter_table
from schemactl_postgres.read.cast import create_cast, create_transform
from schemactl_postgres.read.collation import alter_collation, create_collation
from schemactl_postgres.read.comment import comment_on
from schemactl_postgres.read.cursor import Cursor
from schemactl_postgres.read.define import alter_definition, drop_definition, take_kind
from schemactl_postgres.read.do import do
from schemactl_postgres.read.domain import alter_domain, create_domain
from schemactl_postgres.read.drop import DROPPABLE, drop
from schemactl_postgres.read.enum_type import alter_type, create_type
from schemactl_postgres.read.foreign_options import withheld
from schemactl_postgres.read.foreign_server import (
    alter_server,
    alter_wrapper,
    create_server,
    create_wrapper,
    drop_server,
    drop_wrapper,
)
from schemactl_postgres.read.index import create_index
from schemactl_postgres.read.language import create_access_method, create_conversion, create_language
from schemactl_postgres.read.operator import alter_operator, create_operator
from schemactl_postgres.read.operator_class import alter_family, create_class, create_family
from schemactl_postgres.read.policy import alter_policy, create_policy, drop_policy
from schemactl_postgres.read.privileges import alter_default_privileges, grant, revoke
from schemactl_postgres.read.publication import alter_publication, create_publication, drop_publication
from schemactl_postgres.read.refused import NOT_DDL, refuse_kind
from schemactl_postgres.read.routine import create_routine
from schemactl_postgres.read.routine_alter import KINDS as ROUTINES
from schemactl_postgres.read.routine_alter import alter_routine, drop_routine
from schemactl_postgres.read.rule import create_rule, drop_rule
from schemactl_postgres.read.sequence import alter_sequence, create_sequence
from schemactl_postgres.read.session import ignored, not_ddl, select, set_
from schemactl_postgres.read.splitter import statements
from schemactl_postgres.read.state import State
from schemactl_postgres.read.statistics import alter_statistics, create_statistics
from schemactl_postgres.read.table import create_table
from schemactl_postgres.read.text_search import (
    alter_configuration,
    alter_dictionary,
    create_configuration,
    create_dictionary,
    create_of_functions,
)
from schemactl_postgres.read.tokens import Source
from schemactl_postgres.read.trigger import (
    alter_event_trigger,
    alter_trigger,
    create_event_trigger,
    create_trigger,
    drop_event_trigger,
    drop_trigger,
    is_trigger,
)
from schemactl_postgres.read.view import alter_view, create_view

Handler = Callable[[Cursor, State], None]


def play(source: Source, state: State, waiting: list[tuple[Cursor, tuple[str, ...]]]) -> None:
    """Play one file. Statements on what is not there yet join the `waiting`, with the search_path they were under."""
    for cursor in statements(source):
        if _may_wait(cursor):
            try:
                play_statement(cursor, state)
            except MissingObjectError:
                waiting.append((cursor, state.search_path))
        else:
            play_statement(cursor, state)


#: What may stand before the table or the publication that it speaks of.
_MAY_WAIT = (
    ("COMMENT",),
    ("CREATE", "POLICY"),
    ("CREATE", "INDEX"),
    ("CREATE", "UNIQUE", "INDEX"),
    ("CREATE", "STATISTICS"),
    ("CREATE", "PUBLICATION"),
    ("ALTER", "PUBLICATION"),
)


def _may_wait(cursor: Cursor) -> bool:
    return any(cursor.at(*words) for words in _MAY_WAIT) or is_trigger(cursor)


def play_statement(cursor: Cursor, state: State) -> None:
    """Play one statement. Raises SourceError with the place of the word that is wrong."""
    cursor.i = 0
    word = cursor.word
    handler = _STATEMENTS.get(word)
    if handler is not None:
        cursor.i = 1
        handler(cursor, state)
    elif word in NOT_DDL:
        raise not_ddl(cursor, word)
    else:
        raise cursor.unexpected("expected a statement")


def _create(cursor: Cursor, state: State) -> None:
    token = cursor.token
    replaces = cursor.take("OR", "REPLACE")
    if _create_or_replace(cursor, state, replaces):
        return
    refuse_kind(cursor, state)
    if replaces:
        raise cursor.unexpected()
    if cursor.at("TEMP") or cursor.at("TEMPORARY") or cursor.at("GLOBAL") or cursor.at("LOCAL"):
        cursor.next()
        cursor.take_any("TEMP", "TEMPORARY")
        refuse_kind(cursor, state)
        raise cursor.error(UnsupportedError, "a temporary object", token, hint="remove it: it ends with its session")
    unlogged = cursor.take("UNLOGGED")
    if cursor.take("TABLE"):
        create_table(cursor, state, unlogged=unlogged)
    elif cursor.take("SEQUENCE"):
        create_sequence(cursor, state, unlogged=unlogged)
    elif unlogged:
        raise cursor.unexpected("expected TABLE or SEQUENCE")
    elif words := next((words for words in _CREATED if cursor.take(*words)), None):
        _CREATED[words](cursor, state)
    else:
        raise cursor.unexpected()


def _create_or_replace(cursor: Cursor, state: State, replaces: bool) -> bool:
    """Make what OR REPLACE is said of; False if what comes next is none."""
    if create_view(cursor, state, replaces=replaces):
        return True
    if cursor.take("RULE"):
        create_rule(cursor, state, replaces=replaces)
    elif kind := cursor.take_any("FUNCTION", "PROCEDURE"):
        create_routine(cursor, state, procedure=kind == "PROCEDURE", replaces=replaces)
    elif cursor.take("AGGREGATE"):
        create_aggregate(cursor, state, replaces=replaces)
    elif cursor.take("TRANSFORM"):
        create_transform(cursor, state, replaces=replaces)
    elif words := next((words for words in _LANGUAGES if cursor.take(*words)), None):
        create_language(cursor, state, replaces=replaces, trusted="TRUSTED" in words)
    elif cursor.at("TRIGGER") or cursor.at("CONSTRAINT", "TRIGGER"):
        create_trigger(cursor, state, replaces=replaces)
    else:
        return False
    return True


def _create_foreign_table(cursor: Cursor, state: State) -> None:
    with withheld():
        create_table(cursor, state, unlogged=False, foreign=True)


def _create_schema(cursor: Cursor, state: State) -> None:
    lenient = cursor.take("IF", "NOT", "EXISTS")
    token = cursor.token
    if cursor.take("AUTHORIZATION"):
        name = cursor.name("a role")
    else:
        name = cursor.name("a schema")
        if cursor.take("AUTHORIZATION"):
            cursor.name("a role", label=True)
    if cursor.at("CREATE") or cursor.at("GRANT"):
        raise cursor.error(
            UnsupportedError,
            "statements within CREATE SCHEMA",
            subject=name,
            hint="end it with a semicolon before them",
        )
    cursor.end()
    schema = Schema(name=name)
    if name in state.schemas:
        if lenient:
            return
        raise state.duplicate(cursor, schema.key, token)
    state.schemas[name] = schema
    state.places[schema.key] = cursor.place(token)


def _create_extension(cursor: Cursor, state: State) -> None:
    lenient = cursor.take("IF", "NOT", "EXISTS")
    token = cursor.token
    extension = Extension(name=cursor.name("an extension"))
    cursor.take("WITH")
    while not cursor.done:
        if cursor.take("SCHEMA"):
            extension = replace(extension, schema=cursor.name("a schema"))
        elif cursor.take("VERSION"):
            at = cursor.token
            version = cursor.string() if not at.word else cursor.name("a version", label=True)
            extension = replace(extension, version=version)
        elif not cursor.take("CASCADE"):
            raise cursor.unexpected()
    if extension.name in state.extensions:
        if lenient:
            return
        raise cursor.error(DuplicateObjectError, f"{extension.key} is created twice", token, subject=extension.name)
    state.extensions[extension.name] = extension
    state.places[extension.key] = cursor.place(token)


def _alter(cursor: Cursor, state: State) -> None:
    if (defined := take_kind(cursor)) is not None:
        if (alter := _ALTERED_DEFINITIONS.get(defined)) is not None:
            alter(cursor, state)
        else:
            alter_definition(cursor, state, defined, None)
        return
    if words := next((words for words in _ALTERED if cursor.take(*words)), None):
        _ALTERED[words](cursor, state)
    elif kind := cursor.take_any(*ROUTINES):
        alter_routine(cursor, state, kind)
    elif cursor.at("EXTENSION"):
        raise cursor.error(UnsupportedError, "ALTER EXTENSION", hint="state schema and version in CREATE EXTENSION")
    else:
        refuse_kind(cursor, state)
        raise cursor.unexpected()


def _alter_schema(cursor: Cursor, state: State) -> None:
    token = cursor.token
    name = cursor.name("a schema")
    if cursor.take("OWNER", "TO"):
        cursor.name("a role", label=True)
        cursor.end()
        return
    if cursor.at("RENAME"):
        raise cursor.error(
            UnsupportedError, f"renaming the schema {name}", subject=name, hint="create it under its last name"
        )
    if name not in state.schemas:
        raise state.missing(cursor, "schema", name, token)
    raise cursor.unexpected()


def _drop(cursor: Cursor, state: State) -> None:
    if cursor.take("POLICY"):
        drop_policy(cursor, state)
        return
    word = cursor.word
    if (defined := take_kind(cursor)) is not None:
        drop_definition(cursor, state, defined)
        return
    if cursor.take_any(*ROUTINES):
        drop_routine(cursor, state, word)
        return
    if cursor.take("TRIGGER"):
        drop_trigger(cursor, state)
        return
    if cursor.take("EVENT", "TRIGGER"):
        drop_event_trigger(cursor, state)
        return
    if (word,) in DROPPABLE:
        cursor.i += 1
        drop(cursor, state, (word,))
        return
    if cursor.take("PUBLICATION"):
        drop_publication(cursor, state)
        return
    if cursor.take("RULE"):
        drop_rule(cursor, state)
        return
    for words in (("MATERIALIZED", "VIEW"), ("FOREIGN", "TABLE")):
        if cursor.take(*words):
            drop(cursor, state, words)
            return
    if cursor.take("SERVER"):
        drop_server(cursor, state)
        return
    if cursor.take("FOREIGN", "DATA", "WRAPPER"):
        drop_wrapper(cursor, state)
        return
    refuse_kind(cursor, state)
    raise cursor.unexpected()


def _comment(cursor: Cursor, state: State) -> None:
    cursor.expect("ON")
    comment_on(cursor, state)


def _security_label(cursor: Cursor, state: State) -> None:
    raise cursor.error(
        UnsupportedError,
        "a security label",
        cursor.tokens[0],
        hint="labels are not managed: keep them in another place",
    )


def _do(cursor: Cursor, state: State) -> None:
    do(cursor, state, play_statement)


def _start(cursor: Cursor, state: State) -> None:
    cursor.expect("TRANSACTION")
    cursor.end()


_LANGUAGES = (
    ("LANGUAGE",),
    ("PROCEDURAL", "LANGUAGE"),
    ("TRUSTED", "LANGUAGE"),
    ("TRUSTED", "PROCEDURAL", "LANGUAGE"),
)

#: What CREATE alone may make: OR REPLACE, UNLOGGED and TEMPORARY are said of others.
_CREATED: dict[tuple[str, ...], Handler] = {
    ("ACCESS", "METHOD"): create_access_method,
    ("CAST",): create_cast,
    ("COLLATION",): create_collation,
    ("CONVERSION",): partial(create_conversion, default=False),
    ("DEFAULT", "CONVERSION"): partial(create_conversion, default=True),
    ("DOMAIN",): create_domain,
    ("EVENT", "TRIGGER"): create_event_trigger,
    ("EXTENSION",): _create_extension,
    ("FOREIGN", "DATA", "WRAPPER"): create_wrapper,
    ("FOREIGN", "TABLE"): _create_foreign_table,
    ("INDEX",): partial(create_index, unique=False),
    ("OPERATOR", "CLASS"): create_class,
    ("OPERATOR", "FAMILY"): create_family,
    ("OPERATOR",): create_operator,
    ("POLICY",): create_policy,
    ("PUBLICATION",): create_publication,
    ("SCHEMA",): _create_schema,
    ("SERVER",): create_server,
    ("STATISTICS",): create_statistics,
    ("TEXT", "SEARCH", "CONFIGURATION"): create_configuration,
    ("TEXT", "SEARCH", "DICTIONARY"): create_dictionary,
    ("TEXT", "SEARCH", "PARSER"): partial(create_of_functions, kind=Kind.SEARCH_PARSER),
    ("TEXT", "SEARCH", "TEMPLATE"): partial(create_of_functions, kind=Kind.SEARCH_TEMPLATE),
    ("TYPE",): create_type,
    ("UNIQUE", "INDEX"): partial(create_index, unique=True),
}

_ALTERED: dict[tuple[str, ...], Handler] = {
    ("COLLATION",): alter_collation,
    ("DEFAULT", "PRIVILEGES"): alter_default_privileges,
    ("DOMAIN",): alter_domain,
    ("EVENT", "TRIGGER"): alter_event_trigger,
    ("FOREIGN", "DATA", "WRAPPER"): alter_wrapper,
    ("FOREIGN", "TABLE"): alter_foreign_table,
    ("INDEX",): alter_index,
    ("MATERIALIZED", "VIEW"): partial(alter_view, materialized=True),
    ("POLICY",): alter_policy,
    ("PUBLICATION",): alter_publication,
    ("SCHEMA",): _alter_schema,
    ("SEQUENCE",): alter_sequence,
    ("SERVER",): alter_server,
    ("STATISTICS",): alter_statistics,
    ("TABLE",): alter_table,
    ("TRIGGER",): alter_trigger,
    ("TYPE",): alter_type,
    ("VIEW",): partial(alter_view, materialized=False),
}

_ALTERED_DEFINITIONS: dict[Kind, Handler] = {
    Kind.OPERATOR: alter_operator,
    Kind.OPERATOR_FAMILY: alter_family,
    Kind.SEARCH_CONFIGURATION: alter_configuration,
    Kind.SEARCH_DICTIONARY: alter_dictionary,
}

_STATEMENTS: dict[str, Handler] = {
    "CREATE": _create,
    "ALTER": _alter,
    "DROP": _drop,
    "COMMENT": _comment,
    "DO": _do,
    "SECURITY": _security_label,
    "SET": set_,
    "SELECT": select,
    "BEGIN": ignored,
    "COMMIT": ignored,
    "END": ignored,
    "START": _start,
    "GRANT": grant,
    "REVOKE": revoke,
}
