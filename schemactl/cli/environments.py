"""Environments of schemactl.toml, taken side by side: what `--env NAME` would make of a plan's options, for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from schemactl.cli.config import configured
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
    """`options` by the names of their parameters, converted; `sources` are the words of the desired schema."""

    name: str
    options: dict[str, Any]
    sources: tuple[str, ...]
    policy: Policy
    lint: LintSettings

    @property
    def manner(self) -> Manner:
        said = self.options
        return manner(said["online"], said["small_table"], said["copy_with"])

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


def environment(name: str, run: Run, *, live: bool, over: dict[str, Any]) -> Environment:
    """The environment of that name, or what holds for all of them where it is empty; `over` wins over what the file says.

    Not `live`: its URL is not looked up, which may need a secret that is not there. Raises UsageError.
    """
    found = configured(run.config, name or None)
    said = {**found.options, **{key: value for key, value in over.items() if value}}
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
        policy=policy_in(found.tables),
        lint=lint_settings_in(found.tables),
    )
