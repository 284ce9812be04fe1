"""What a change is judged by: the settings of its base, for those of the change are a part of what is judged."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from schemactl.cli.config import configured, settings_file
from schemactl.cli.options import was_said
from schemactl.cli.run import current

#: What of a review is as the base has it: what is looked at, how, and from where on it is no. By names of parameters.
_HELD = frozenset(
    {
        *("targets", "manifests", "dialect", "offline"),
        *("prove", "check_data", "check_timeout", "require_label", "require_approval", "fail_on"),
    }
)


def by_base(function: Callable[..., int]) -> Callable[..., int]:
    """Of a command with --base: that is the pipeline's, where nothing is said; and what _HELD names is what the settings
    of that commit say, unless the command line or a variable does. Raises UsageError and SourceNotFoundError.
    """

    @wraps(function)
    def command(**given: Any) -> int:
        from schemactl.review.platforms.find import base_of

        given["base"] = given["base"] or base_of(os.environ)
        if given["base"] and settings_file(current().config).is_file():
            given |= _held(given, given["base"])
        return function(**given)

    return command


def _held(given: dict[str, Any], base: str) -> dict[str, Any]:
    context, run = click.get_current_context(), current()
    held = [it for it in context.command.params if it.name in _HELD and not was_said(it.name)]
    said = configured(run.config, run.env, base=base).options
    found = click.Command("held", params=held).make_context("held", [], default_map=said, obj=run).params
    for name in sorted(name for name, value in found.items() if value != given[name]):
        run.note(f"note: {name.replace('_', '-')} is what {base} says: that of the change counts once it is merged")
    return found
