"""Options that several commands share, and the types of their values."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.core import ParameterSource

from schemactl.cli.run import Run
from schemactl.durations import seconds

if TYPE_CHECKING:
    from schemactl.devdb import Address
    from schemactl.dialect import SourceText
    from schemactl.lint.settings import LintSettings
    from schemactl.manner import Manner
    from schemactl.policy import Policy
    from schemactl.sources import Source
    from schemactl.steps import Hazard
    from schemactl.urls import DatabaseUrl

    ParamType = click.ParamType[Any]
else:
    ParamType = click.ParamType  # generic only in newer releases of click

F = TypeVar("F", bound=Callable[..., Any])


def _seen(url: DatabaseUrl, ctx: click.Context | None) -> DatabaseUrl:
    run = ctx.find_object(Run) if ctx else None
    if run is not None:
        run.urls.append(url)
    return url


class UrlType(ParamType):
    name = "URL"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> DatabaseUrl:
        from schemactl.urls import DatabaseUrl

        return value if isinstance(value, DatabaseUrl) else _seen(DatabaseUrl.parse(value), ctx)


class SideType(ParamType):
    """One side of a comparison: a source, or a database."""

    name = "SOURCE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Source | DatabaseUrl:
        from schemactl.sources import classify
        from schemactl.urls import DatabaseUrl

        side = classify(value)
        return _seen(side, ctx) if isinstance(side, DatabaseUrl) else side


class HazardsType(ParamType):
    """Names of hazards or of classes of them, separated by commas, in any case; or `all`."""

    name = "HAZARD,..."

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> frozenset[Hazard]:
        from schemactl.steps import CLASSES, DESTRUCTIVE, Hazard, HazardClass

        classes = {of.name: {hazard for hazard, its in CLASSES.items() if its is of} for of in HazardClass}
        if isinstance(value, frozenset):
            return value
        found: set[Hazard] = set()
        for word in value.split(",") if isinstance(value, str) else value:
            name = word.strip().upper().replace("-", "_")
            if name == "ALL":
                found |= set(Hazard)
            elif name in classes:
                found |= classes[name]
            elif name in Hazard.__members__:
                found.add(Hazard[name])
            elif name:
                close = get_close_matches(name, [*Hazard.__members__, *classes, "ALL"], n=1)
                known = ", ".join(sorted(DESTRUCTIVE))
                self.fail(
                    f"there is no hazard {word.strip()!r}. "
                    + (f"Did you mean {close[0]}?" if close else f"Known: {known}"),
                    param,
                    ctx,
                )
        return frozenset(found)


class DurationType(ParamType):
    """`3s`, `500ms`, `1m30s`, or a number of seconds. Gives seconds."""

    name = "DURATION"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        text = str(value).strip()
        try:
            return seconds(f"{text}s" if text[-1:].isdigit() else text)
        except ValueError as error:
            self.fail(f"{error}.", param, ctx)


class SizeType(ParamType):
    """`10MB`, `1GiB`, or a number of bytes. A unit is a power of 1024, as the servers have it. Gives bytes."""

    name = "SIZE"
    _form = re.compile(r"^(\d+)\s*(?:([KMGT])I?)?B?$", re.IGNORECASE)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        match = self._form.match(str(value).strip())
        if not match:
            self.fail(f"{value!r} is no size. Write 10MB, 1GB or 0.", param, ctx)
        power = " KMGT".index(match[2].upper()) if match[2] else 0
        return int(match[1]) * int(1024**power)


class VersionType(ParamType):
    """`15`, `8.0.35`."""

    name = "VERSION"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...] | None:
        if isinstance(value, tuple):
            return value
        parts = str(value).split(".")
        if not all(part.isdigit() for part in parts):
            self.fail(f"{value!r} is no version. Write 15, or 8.0.35.", param, ctx)
        return tuple(map(int, parts))


class DigestType(ParamType):
    """`sha256:...`, or the hexadecimal digits alone."""

    name = "DIGEST"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        from schemactl.policy.policy import digest

        return digest(value) if value else ""


def policy(allow: frozenset[Hazard], approved: str) -> Policy:
    """The policy of the settings file, with what the command line says yes to."""
    from dataclasses import replace

    from schemactl.cli.run import current

    return replace(current().policy(), allowed=allow, approved=approved)


def lint_settings_of() -> LintSettings:
    """What the settings file says of lint rules."""
    from schemactl.cli.run import current

    return lint_settings_in(current().tables)


def lint_settings_in(tables: Mapping[str, dict[str, Any]]) -> LintSettings:
    """What the tables of a settings file say of lint rules."""
    from schemactl.lint.registry import catalogue
    from schemactl.lint.settings import LintSettings, lint_settings

    said = tables.get("lint", {})
    return lint_settings(said, catalogue().keys()) if said else LintSettings()


def policy_in(tables: Mapping[str, dict[str, Any]]) -> Policy:
    """The policy in the tables of a settings file."""
    from schemactl.policy import Policy
    from schemactl.policy.policy import actions

    return Policy(actions=actions(tables.get("policy", {})))


def url_option(function: F) -> F:
    """--url, required."""
    return click.option("--url", type=UrlType(), required=True, help="The database.")(function)


def scope_options(function: F) -> F:
    """What of the database is managed: --schema, --include, --exclude."""
    for name, text in (
        ("exclude", "Leave out what matches, as 'schema.name'. May be repeated."),
        ("include", "Only what matches, as 'schema.name'. May be repeated."),
        ("schema", "Only this schema. May be repeated."),
    ):
        metavar = "NAME" if name == "schema" else "PATTERN"
        function = click.option(f"--{name}", multiple=True, metavar=metavar, help=text)(function)
    return function


def order_option(function: F) -> F:
    """--column-order."""
    return click.option(
        "--column-order",
        is_flag=True,
        help="Put columns where the desired schema has them; a table may be copied for that. MySQL and MariaDB only.",
    )(function)


class CommandType(ParamType):
    """A command of a program that copies tables, in the words of a shell, with placeholders. Gives its words."""

    name = "COMMAND"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        if not isinstance(value, str):
            return tuple(value)
        try:
            words = tuple(shlex.split(value))
        except ValueError as error:
            self.fail(f"{value!r} is no command: {error}.", param, ctx)
        missing = [name for name in ("{alter}", "{table}") if name not in value]
        if words and missing:
            self.fail(f"the command does not say where {' and '.join(missing)} go.", param, ctx)
        return words


def manner_options(function: F) -> F:
    """How the plan goes about its work: --online, --no-online, --small-table, --copy-with."""
    function = click.option(
        "--copy-with",
        type=CommandType(),
        default="",
        help="A program that copies tables while others write, as 'gh-ost --alter {alter} --table {table} ...': it does what"
        " would make writers wait. MySQL and MariaDB only.",
    )(function)
    function = click.option(
        "--small-table",
        type=SizeType(),
        default="10MB",
        show_default=True,
        help="Up to this size a table is changed in one go, and what takes long on a big one is no hazard.",
    )(function)
    return click.option(
        "--online/--no-online",
        default=None,
        help="Let others go on working on the tables: always or never, instead of on those that are not small.",
    )(function)


def manner(online: bool | None, small_table: int, copy_with: tuple[str, ...] = ()) -> Manner:
    """What these options ask for."""
    from schemactl.manner import Manner, Online

    way = {None: Online.AUTO, True: Online.ALWAYS, False: Online.NEVER}[online]
    return Manner(online=way, small_table=small_table, copy_with=copy_with)


class DevType(ParamType):
    """Where a dev database is to be had."""

    name = "URL|embedded|docker://IMAGE/TAG|scratch"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Address:
        from schemactl.devdb import Address

        if isinstance(value, Address):
            return value
        address = Address.parse(value)
        if address.url is not None:
            _seen(address.url, ctx)
        return address


def dev_option(function: F) -> F:
    """--dev-url."""
    return click.option(
        "--dev-url",
        type=DevType(),
        help="A server that is nobody's concern, to prove plans on and, on MySQL and MariaDB, to ask what the user may not"
        " ask on the target: by a URL, embedded (Postgres, of schemactl[embedded]), docker://postgres/17, or scratch for a"
        " database on the target's own server. What is made there is dropped again.",
    )(function)


def prove_option(function: F) -> F:
    """--prove."""
    return click.option(
        "--prove",
        is_flag=True,
        help="Run the plan on a dev database first, made equal to the live one but for its rows, and look at what results."
        " Without --dev-url on the embedded Postgres, where its version fits.",
    )(function)


def check_options(function: F) -> F:
    """--check-data, --check-timeout."""
    function = click.option(
        "--check-timeout",
        type=DurationType(),
        help="How long a query of --check-data may run.  [default: 5s for a plan, 10m before an apply]",
    )(function)
    return click.option(
        "--check-data",
        is_flag=True,
        help="Count the rows that the plan does not suit (NULL, duplicates, orphans, values that cannot be cast), on the"
        " target, with queries that only read. MySQL and MariaDB always do.",
    )(function)


def lock_timeout_option(function: F) -> F:
    """--lock-timeout, of what keeps looking."""
    return click.option(
        "--lock-timeout",
        type=DurationType(),
        default="3s",
        show_default=True,
        help="How long a statement waits for a lock on a table, at each try.",
    )(function)


def to_options(function: F) -> F:
    """--to SOURCE, and further sources as arguments, so that a shell's `schema/*.sql` works."""
    function = click.argument("sources", nargs=-1, metavar="[SOURCE]...")(function)
    return click.option(
        "--to",
        multiple=True,
        metavar="SOURCE",
        help="The desired schema: a file, a directory, - or git:REF:PATH. May be repeated; further sources may follow.",
    )(function)


def format_option(*forms: str) -> Callable[[F], F]:
    """--format; the first form is the default. Errors follow the form too."""

    def remember(ctx: click.Context, _: click.Parameter, value: str) -> str:
        run = ctx.find_object(Run)
        if run is not None:
            run.format = value
        return value

    return click.option(
        "--format",
        "form",
        type=click.Choice(forms),
        default=forms[0],
        show_default=True,
        callback=remember,
        envvar="SCHEMACTL_FORMAT",
        help="How to print.",
    )


def from_command_line(name: str) -> bool:
    return click.get_current_context().get_parameter_source(name) is ParameterSource.COMMANDLINE


def was_said(name: str) -> bool:
    """On the command line, or by a variable: not in the settings file."""
    said = (ParameterSource.COMMANDLINE, ParameterSource.ENVIRONMENT)
    return click.get_current_context().get_parameter_source(name) in said


def desired(to: tuple[str, ...], sources: tuple[str, ...]) -> list[SourceText]:
    """The texts of --to and of the arguments after it. Sources on the command line replace configured ones."""
    from schemactl.sources import load

    words = (*to, *sources) if from_command_line("to") or not sources else sources
    if not words:
        raise click.UsageError("Missing option '--to'. Name the desired schema.", click.get_current_context())
    return load(words)
