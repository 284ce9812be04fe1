"""Environments of schemactl.toml, taken side by side: what `--env NAME` would make of a plan's options, for each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from schemactl.cli.config import TABLES, Configured, configured, settings_file
from schemactl.cli.options import (
    UrlType,
    dev_option,
    lint_settings_in,
    manner,
    manner_options,
    order_option,
    policy_in,
    scope_options,
    to_options,
)
from schemactl.cli.run import Run
from schemactl.errors import UsageError

if TYPE_CHECKING:
    from schemactl.engine import Target
    from schemactl.lint.settings import LintSettings
    from schemactl.manner import Manner
    from schemactl.policy import Policy
    from schemactl.urls import DatabaseUrl


#: Options by which a plan is judged; the tables of settings are too.
_JUDGING = frozenset({"small_table"})
_URLS = frozenset({"url", "dev_url"})


@click.command("environment")
@click.option("--url", type=UrlType())
@click.option("--dialect")
@to_options
@scope_options
@order_option
@manner_options
@dev_option
def _options(**_: Any) -> None:
    """Never called: it holds the options that an environment may set, and their types."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """`options` by the names of their parameters, converted; `sources` are the words of the desired schema.

    `ours`: where it connects to is what whoever runs the command says, or the base of the change, not the change alone.
    """

    name: str
    options: dict[str, Any]
    sources: tuple[str, ...]
    policy: Policy
    lint: LintSettings
    ours: bool = True
    notes: tuple[str, ...] = ()

    @property
    def manner(self) -> Manner:
        said = self.options
        return manner(said["online"], said["small_table"], said["copy_with"])

    @property
    def urls(self) -> list[DatabaseUrl]:
        """Where it connects to: the database, and a dev database that has an address."""
        dev = self.options["dev_url"]
        return [url for url in (self.options["url"], dev.url if dev is not None else None) if url is not None]

    def target(self) -> Target:
        """The live database. Raises UsageError where none is named."""
        from schemactl import engine

        said = self.options
        if said["url"] is None:
            raise UsageError(
                f"the environment {self.name} names no database",
                hint="set url in schemactl.toml, or review without databases: --offline",
            )
        return engine.target(
            said["url"],
            schemas=said["schema"],
            exclude=said["exclude"],
            include=said["include"],
            column_order=said["column_order"],
            manner=self.manner,
            dev=said["dev_url"],
            lint=self.lint,
        )


def environment(name: str, run: Run, *, live: bool, over: dict[str, Any], base: str = "") -> Environment:
    """The environment of that name, or what holds for all of them where it is empty; `over` wins over what the file says.

    With a `base`, what its changes are judged by is what that commit says. Not `live`: its URL is not looked up, which may
    need a secret that is not there. Raises UsageError and SourceNotFoundError.
    """
    found = configured(run.config, name or None)
    before = configured(run.config, name or None, base=base) if base and settings_file(run.config).is_file() else found
    said = {**found.options, **{key: value for key, value in over.items() if value}}
    for key in _JUDGING:
        said.pop(key, None)
    said |= {key: value for key, value in before.options.items() if key in _JUDGING}
    if not live:
        said.pop("url", None)
    # No variable of the environment: SCHEMACTL_URL would make one target of all.
    try:
        context = _options.make_context("environment", [], default_map=said, obj=run, auto_envvar_prefix=None)
    except click.UsageError as error:
        raise UsageError(f"{name or 'the settings'}: {error.format_message()}") from None
    sources = tuple(context.params["to"])
    if not sources:
        raise UsageError(f"the environment {name} states no desired schema", hint="set to in schemactl.toml, or --to")
    return Environment(
        name=name or "database",
        options=context.params,
        sources=sources,
        policy=policy_in(before.tables),
        lint=lint_settings_in(before.tables),
        ours=all(_is_ours(said.get(key), over.get(key), before.options.get(key)) for key in _URLS),
        notes=tuple(_notes(found, before)),
    )


def _is_ours(url: object, over: object, before: object) -> bool:
    """A URL that is taken whole from a variable or a file of the pipeline's is."""
    return bool(over) or callable(url) or url == before


def _notes(found: Configured, before: Configured) -> Iterator[str]:
    """What of the settings the change says otherwise, and is not judged by."""
    changed = [f"[{name}]" for name in TABLES if found.tables.get(name, {}) != before.tables.get(name, {})]
    if any(found.options.get(key) != before.options.get(key) for key in _JUDGING):
        changed.append("small_table")
    if changed:
        yield f"The change says {' and '.join(changed)} anew in its settings: it is judged by what its base says there."
