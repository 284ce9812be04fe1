"""Views and stored programs in one form."""

from __future__ import annotations

from dataclasses import replace

from schemactl.model import Expression, Program, View
from schemactl_mysql.canonical.merge import is_mergeable
from schemactl_mysql.canonical.schedules import canonical_schedule
from schemactl_mysql.options import EventOptions, Parameter, RoutineOptions, Surroundings, ViewOptions
from schemactl_mysql.types import is_character


def canonical_view(view: View, around: Surroundings) -> View:
    """The query with its blanks made one: what is more than that is asked of the server."""
    options = view.options
    merges = isinstance(options, ViewOptions) and options.algorithm == "MERGE"
    if isinstance(options, ViewOptions) and merges and not is_mergeable(view.query.text, around.flavour):
        view = replace(view, options=replace(options, algorithm="UNDEFINED"))
    query = view.query
    names = f"({', '.join(view.names)}) " if view.names else ""
    return replace(view, query=Expression(text=query.text, canonical=names + " ".join(query.text.split())))


def canonical_program(program: Program, around: Surroundings, collation: str | None) -> Program:
    """`collation` is the database's, in which parameters are that state none."""
    # MySQL keeps the semicolon of a body that a client sent in the midst of other statements.
    body = program.body.strip().rstrip(";").rstrip()
    options = program.options
    if isinstance(options, RoutineOptions):
        parameters = tuple(_parameter(p, around, collation) for p in options.parameters)
        returns = _parameter(options.returns, around, collation) if options.returns else None
        options = replace(options, parameters=parameters, returns=returns)
    elif isinstance(options, EventOptions):
        options = canonical_schedule(options)
    return replace(program, body=body, options=options)


def _parameter(it: Parameter, around: Surroundings, collation: str | None) -> Parameter:
    if not is_character(it.type):
        return replace(it, collation=None)
    stated = it.collation and around.collation_of.get(it.collation, it.collation)
    return replace(it, collation=stated or collation)
