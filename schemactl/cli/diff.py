"""`schemactl diff`: what leads from one schema to another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from schemactl.cli.options import SideType, format_option, lint_settings_of, scope_options
from schemactl.cli.run import current

if TYPE_CHECKING:
    from schemactl.dialect import SourceText
    from schemactl.engine import Target
    from schemactl.sources import Source
    from schemactl.urls import DatabaseUrl


@click.command(
    "diff",
    epilog="""\b
Examples:
  schemactl diff old.sql new.sql
  schemactl diff git:main:db/schema.sql db/schema.sql
  schemactl diff postgresql://me@localhost/app schema/ --format sql
""",
)
@click.argument("from_", metavar="FROM", type=SideType())
@click.argument("to_", metavar="TO", type=SideType())
@click.option("--dialect", metavar="NAME", help="The dialect of the SQL, where neither side is a database.")
@scope_options
@format_option("text", "sql", "json", "markdown")
def command(
    from_: Source | DatabaseUrl,
    to_: Source | DatabaseUrl,
    dialect: str | None,
    schema: tuple[str, ...],
    exclude: tuple[str, ...],
    include: tuple[str, ...],
    form: str,
) -> int:
    """Show the statements that lead from FROM to TO.

    Each is a file, a directory, -, git:REF:PATH or the URL of a database. No database is needed where both are text.
    """
    from schemactl import engine, sources
    from schemactl.urls import DatabaseUrl

    lint = lint_settings_of()

    def side(given: Source | DatabaseUrl) -> list[SourceText] | Target:
        if isinstance(given, DatabaseUrl):
            return engine.target(given, schemas=schema, exclude=exclude, include=include, lint=lint)
        return sources.read(given)

    current().show(engine.diff(side(from_), side(to_), dialect=dialect or "", lint=lint), form)
    return 0
