"""The alert rules by Prometheus's own tool, and that every series named is one that a running operator exports."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import yaml

from tests.operator.cluster import Running, Team, schema, secret
from tests.support.kubetools import ROOT, run
from tests.support.servers import Database

pytestmark = pytest.mark.newest_postgres
MONITORING = ROOT / "examples" / "monitoring"
RULES = yaml.safe_load((MONITORING / "rules.yaml").read_text(encoding="utf-8"))
DASHBOARD = json.loads((MONITORING / "dashboard.json").read_text(encoding="utf-8"))


def alerts() -> list[dict[str, Any]]:
    return [rule for group in RULES["groups"] for rule in group["rules"]]


def expressions() -> Iterator[str]:
    yield from (rule["expr"] for rule in alerts())
    yield from (target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"])
    yield from (str(variable.get("query")) for variable in DASHBOARD["templating"]["list"])


def named(texts: Iterator[str]) -> set[str]:
    return {name for text in texts for name in re.findall(r"\bschemactl_\w+", text)}


def test_promtool_accepts_the_rules_and_their_tests_hold() -> None:
    for what in ("check", "test"):
        file = MONITORING / ("rules.yaml" if what == "check" else "rules_test.yaml")
        done = run("promtool", what, "rules", str(file))
        assert done.returncode == 0, done.stdout + done.stderr


def test_every_series_named_is_exported(
    team: Team, operate: Callable[..., Running], postgres_database: Database
) -> None:
    operator = operate()
    team.apply(secret(postgres_database.url), schema("app"))
    team.wait_applied("app")
    exported = set(re.findall(r"^(schemactl_\w+)", operator.get("/metrics")[1], re.MULTILINE))
    wanted = named(expressions()) | documented()
    assert len(wanted) > 10
    assert wanted <= exported, wanted - exported


def documented() -> set[str]:
    """In the table of docs/operator.md: `schemactl_a{label}`, `_b` for the same with another end."""
    found: set[str] = set()
    for row in (ROOT / "docs" / "operator.md").read_text(encoding="utf-8").splitlines():
        if not row.startswith("| `schemactl_"):
            continue
        first, *others = re.findall(r"`(\w+)", row.split("|")[1])
        found.add(first)
        found |= {first[: first.rindex("_")] + it if it.startswith("_") else it for it in others}
    histograms = {name for name in found if name.endswith("_duration_seconds")}
    return (found - histograms) | {f"{name}_bucket" for name in histograms}


def test_the_expressions_of_the_dashboard_are_promql(tmp_path: Any) -> None:
    """As rules of their own, once Grafana's variable is filled in."""
    panels = [
        target["expr"].replace("$namespace", ".*") for panel in DASHBOARD["panels"] for target in panel["targets"]
    ]
    rules = [{"record": f"panel:{index}", "expr": text} for index, text in enumerate(panels)]
    file = tmp_path / "panels.yaml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}))
    done = run("promtool", "check", "rules", str(file))
    assert done.returncode == 0, done.stdout + done.stderr
