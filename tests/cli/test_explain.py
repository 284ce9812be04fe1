"""Every code and every hazard can be explained."""

from __future__ import annotations

import pytest

from schemactl.errors import catalogue
from schemactl.render.hazards import HAZARDS
from schemactl.steps import Hazard
from tests.cli.conftest import Cli


@pytest.mark.parametrize("code", catalogue())
def test_every_error(cli: Cli, code: str) -> None:
    result = cli("explain", code.lower())
    assert result.code == 0
    assert result.out.startswith(f"{code}: ")
    assert len(result.out) > 80


def test_every_hazard_has_a_text(cli: Cli) -> None:
    assert set(HAZARDS) == set(Hazard)
    for hazard in Hazard:
        out = cli("explain", hazard).out
        assert out.startswith(f"{hazard}: ")
        assert (f"--allow {hazard}" in out) is hazard.needs_consent


def test_the_list_has_all_of_them(cli: Cli) -> None:
    out = cli("explain").out
    assert [word for word in [*catalogue(), *Hazard] if word not in out] == []
