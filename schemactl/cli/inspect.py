"""`schemactl inspect`: a live schema on stdout."""

from __future__ import annotations

import sys

import click

from schemactl.cli.options import UrlType, format_option, scope_options
from schemactl.urls import DatabaseUrl


@click.command(
    "inspect",
    epilog="""\b
Examples:
  schemactl inspect postgresql://me@localhost/app > schema.sql
  schemactl inspect postgresql://me@localhost/app --schema sales --exclude 'sales.tmp_*'
  schemactl inspect postgresql://me@localhost/app --format json
""",
)
@click.argument("url", type=UrlType(), envvar="SCHEMACTL_URL")
@scope_options
@format_option("sql", "json")
def command(
    url: DatabaseUrl, schema: tuple[str, ...], exclude: tuple[str, ...], include: tuple[str, ...], form: str
) -> int:
    """Print the schema of the database at URL, as a script that makes it anew."""
    from schemactl import engine
    from schemactl.render import catalog, script

    target = engine.target(url, schemas=schema, exclude=exclude, include=include)
    if form == "json":
        text = catalog.json(engine.inspect(target), dialect=target.dialect.name)
    else:
        text = script.statements(engine.diff([], target, dialect=target.dialect.name))
    sys.stdout.write(text)
    return 0
