"""What holds for one run of the command line: how to speak, and what must not be said."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from schemactl.errors import PlanFileError, SchemactlError

if TYPE_CHECKING:
    from schemactl.plan import Plan
    from schemactl.policy import Policy
    from schemactl.urls import DatabaseUrl


@dataclass
class Run:
    """Filled while options are parsed. Every command's context finds it as its object."""

    debug: bool = False
    color: str = "auto"
    format: str = "text"
    config: str | None = None
    env: str | None = None
    #: The tables of the settings file that are no options: `policy` and `lint`.
    tables: dict[str, dict[str, Any]] = field(default_factory=dict)
    #: All URLs that this run has seen: their passwords are taken out of every error.
    urls: list[DatabaseUrl] = field(default_factory=list)

    def redact(self, text: str) -> str:
        from schemactl.urls import redact_urls

        for url in self.urls:
            text = url.redact(text)
        return redact_urls(text)

    def policy(self) -> Policy:
        """That of the settings file."""
        from schemactl.cli.options import policy_in

        return policy_in(self.tables)

    def use_color(self, stream: TextIO) -> bool:
        """--color, then NO_COLOR, then FORCE_COLOR, then whether the stream is a terminal."""
        if self.color != "auto":
            return self.color == "always"
        if os.environ.get("NO_COLOR"):
            return False
        if os.environ.get("FORCE_COLOR"):
            return True
        return stream.isatty() and os.environ.get("TERM") != "dumb"

    def show(self, plan: Plan, form: str) -> None:
        """Print a plan on stdout."""
        from schemactl.render import render

        sys.stdout.write(render(plan, form, color=self.use_color(sys.stdout), policy=self.policy()))
        sys.stdout.flush()

    def note(self, text: str) -> None:
        """A line for people, on stderr."""
        print(text, file=sys.stderr, flush=True)


def current() -> Run:
    """The run of the command in hand."""
    found = click.get_current_context().find_object(Run)
    return found if found is not None else Run()


def plan_from(file: Path) -> Plan:
    """A saved plan. Raises PlanFileError."""
    from schemactl.plan import decode

    try:
        return decode(file.read_bytes())
    except OSError as error:
        raise PlanFileError(f"cannot read the plan {file}: {error.strerror}") from None


def plan_of(error: SchemactlError) -> Plan | None:
    """The plan that a refusal is about, where it carries one."""
    plan: Plan | None = getattr(error, "plan", None)
    return plan
