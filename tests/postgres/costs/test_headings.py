"""costs.toml holds what the writers of DDL ask for, in words that mean something, and nothing else."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files
from typing import Any

import pytest

from schemactl.steps import Hazard
from tests.postgres.costs.test_costs import OPERATIONS
from tests.support.servers import versions

_PACKAGE = files("schemactl_postgres")
HEADINGS: dict[str, dict[str, Any]] = tomllib.loads(_PACKAGE.joinpath("costs.toml").read_text(encoding="utf-8"))
_WRITERS = (p for part in ("ddl", "ddl/online") for p in _PACKAGE.joinpath(part).iterdir() if p.name.endswith(".py"))
SOURCE = "".join(p.read_text(encoding="utf-8") for p in _WRITERS)
MODES = {
    "ACCESS SHARE",
    "ROW SHARE",
    "ROW EXCLUSIVE",
    "SHARE UPDATE EXCLUSIVE",
    "SHARE",
    "SHARE ROW EXCLUSIVE",
    "ACCESS EXCLUSIVE",
}


@pytest.mark.parametrize("heading", HEADINGS)
def test_a_heading_is_used_and_made_of_known_words(heading: str) -> None:
    assert f'"{heading}"' in SOURCE
    facts = dict(HEADINGS[heading])
    for version in [key for key in facts if key.isdigit()]:
        facts |= facts.pop(version)
    hazards = facts.pop("hazards", {})
    assert set(facts.values()) <= MODES
    assert set(hazards) <= set(Hazard)
    for role in facts.keys() - {"lock"}:
        assert f'"{role}"' in SOURCE, f"nothing names the role {role}"


def test_what_the_writers_ask_for_is_listed() -> None:
    lines = re.findall(r"\bcost\s?=\s?(.+)", SOURCE)
    asked = {word for line in lines for word in re.findall(r'(?<!== )"([a-z_]+)"', line)}
    assert asked - HEADINGS.keys() == set()
    assert "create_index" in asked


def test_what_changes_on_a_version_between_is_replayed_there() -> None:
    """The room replays all operations on the oldest and the newest server alone (conftest.py)."""
    chosen = versions("postgres")
    changing = {
        name
        for name, facts in HEADINGS.items()
        if any(key.isdigit() and chosen[0] < int(key) <= chosen[-2] for key in facts)
    }
    assert changing == {"add_identity", "alter_identity", "drop_identity"}
    replayed = {name for name, operation in OPERATIONS.items() if operation.get("between")}
    assert replayed == {"add_identity", "add_identity_partitioned", "set_identity_seqopt", "drop_identity"}
