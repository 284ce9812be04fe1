"""The commands by name, imported only when asked for, and the options that all of them take."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import click

from schemactl import __version__
from schemactl.cli.run import Run

#: name: (module that exports `command`, one line of help)
COMMANDS = {
    "inspect": ("schemactl.cli.inspect", "Print the schema of a live database."),
    "diff": ("schemactl.cli.diff", "Compare two schemas: files, directories, commits or databases."),
    "plan": ("schemactl.cli.plan", "Show what would bring a database to the desired schema."),
    "lint": ("schemactl.cli.lint", "Say what reviewers should know of a plan."),
    "fmt": ("schemactl.cli.fmt", "Lay SQL files out alike."),
    "apply": ("schemactl.cli.apply", "Bring a database to the desired schema."),
    "review": ("schemactl.cli.review", "Show in a pull request what merging it would do to databases."),
    "agent": ("schemactl.cli.agent", "Keep databases as the manifests of a directory say."),
    "operator": ("schemactl.cli.operator", "Keep databases as the AtlasSchemas of a cluster say."),
    "approve": ("schemactl.cli.approve", "Let the plan that an AtlasSchema waits with run."),
    "explain": ("schemactl.cli.explain", "Say more about an error, a hazard or a lint rule."),
    "completion": ("schemactl.cli.completion", "Print a completion script for a shell."),
}
#: Options that say what one run is about, where it writes, to whom, and with whose consent. schemactl.toml is a file of the
#: change that is reviewed: whoever writes it must not have them.
OF_ONE_RUN = frozenset(
    {
        "change",
        "base",
        "post",
        "run",
        "name",
        "output",
        "out",
        "sarif",
        "artifacts",
        "approve",
        "approve-digest",
        "digest",
    }
)
#: Commands that take nothing from schemactl.toml.
UNCONFIGURED = frozenset({"explain", "completion"})

_EPILOG = """\b
Examples:
  schemactl inspect postgresql://me@localhost/app > schema.sql
  schemactl plan --url postgresql://me@localhost/app --to schema.sql
  schemactl apply --url postgresql://me@localhost/app --to schema.sql
  schemactl explain E301

Each option can be given as an environment variable (SCHEMACTL_URL) or in schemactl.toml ([env.prod], --env prod).

\b
Exit codes: 0 done, 1 error, 2 changes are pending (--detailed-exitcode), 3 refused or not approved,
4 the plan is stale, 5 the lock was not obtained, 64 wrong usage, 130 interrupted.
"""


class LazyGroup(click.Group):
    """Knows its commands by name and imports one only to run it, or to show its help."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(COMMANDS[cmd_name][0]).command
        if command.name not in self.commands:
            self.commands[cmd_name] = _joined(command, configured=cmd_name not in UNCONFIGURED)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in COMMANDS and not name.startswith("-") and not ctx.resilient_parsing:
            raise click.exceptions.NoSuchCommand(name, possibilities=COMMANDS, ctx=ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, short) for name, (_, short) in COMMANDS.items()])


def _joined(command: click.Command, *, configured: bool) -> click.Command:
    """A command with the common options, and an environment variable for each of its own."""
    own = {parameter.name for parameter in command.params}
    command.params += [option for option in _common(configured=configured) if option.name not in own]
    command.context_settings = {
        "auto_envvar_prefix": "SCHEMACTL",
        "help_option_names": ["-h", "--help"],
        "max_content_width": 110,
        **command.context_settings,
    }
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            parameter.show_envvar = parameter.allow_from_autoenv
    return command


def _common(*, configured: bool) -> list[click.Option]:
    """All eager, so that they hold while the others are parsed; --config and --env first, as they give defaults."""
    options = []
    if configured:
        options += [
            click.Option(
                ["--config"],
                metavar="FILE",
                is_eager=True,
                expose_value=False,
                callback=_configure,
                help="Settings file, instead of ./schemactl.toml.",
            ),
            click.Option(
                ["--env"],
                metavar="NAME",
                is_eager=True,
                expose_value=False,
                callback=_configure,
                help="Use the settings of [env.NAME].",
            ),
        ]
    return [
        *options,
        click.Option(
            ["--color"],
            type=click.Choice(["auto", "always", "never"]),
            is_eager=True,
            expose_value=False,
            callback=_remember,
            help="Colours; auto looks at the terminal, NO_COLOR and FORCE_COLOR.",
        ),
        click.Option(
            ["--debug"],
            is_flag=True,
            default=None,
            is_eager=True,
            expose_value=False,
            callback=_remember,
            help="Print tracebacks of errors.",
        ),
    ]


def _remember(ctx: click.Context, parameter: click.Parameter, value: Any) -> None:
    run = ctx.find_object(Run)
    if value is not None and run is not None and parameter.name:
        setattr(run, parameter.name, value)


def _configure(ctx: click.Context, parameter: click.Parameter, value: str | None) -> None:
    """Of a command's --config and --env, the one that is processed last reads the file."""
    _remember(ctx, parameter, value)
    run = ctx.find_object(Run)
    seen = ctx.meta.setdefault("schemactl.configure", set())
    seen.add((ctx.command_path, parameter.name))
    if run is None or ctx.parent is None or len([key for key in seen if key[0] == ctx.command_path]) < 2:
        return
    from schemactl.cli.config import configured

    found = configured(run.config, run.env)
    run.tables |= found.tables
    ctx.default_map = {**found.options, **(ctx.default_map or {})}


def _version(ctx: click.Context, parameter: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        sys.stdout.write(f"schemactl {__version__}\n")
        ctx.exit()


def _with_common(group: LazyGroup) -> LazyGroup:
    group.params += _common(configured=True)
    return group


def settings() -> dict[str, str]:
    """What schemactl.toml may set: each option of a command as it is written, and the name of its parameter."""
    context = click.Context(root)
    found = {"url": "url"}
    for name in COMMANDS:
        command = None if name in UNCONFIGURED else root.get_command(context, name)
        for parameter in command.params if command else []:
            if isinstance(parameter, click.Option) and parameter.name:
                found[max(parameter.opts, key=len).removeprefix("--")] = parameter.name
    return {key: name for key, name in found.items() if key not in {"config", "env", "debug", "help"} | OF_ONE_RUN}


@click.group(
    cls=LazyGroup,
    epilog=_EPILOG,
    context_settings={
        "auto_envvar_prefix": "SCHEMACTL",
        "help_option_names": ["-h", "--help"],
        "max_content_width": 110,
    },
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    allow_from_autoenv=False,
    callback=_version,
    help="Print the version.",
)
def _root() -> None:
    """Keep databases equal to the schema that a team commits to Git."""


root = _with_common(_root)
