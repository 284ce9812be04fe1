"""What pipelines run: the action's own script by bash, as the runner would, and the examples as far as they run here."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from schemactl.cli.root import root

TOP = Path(__file__).parents[2]


def loaded(name: str) -> Any:
    return yaml.safe_load((TOP / name).read_text(encoding="utf-8"))


def parsed(words: list[str]) -> dict[str, Any]:
    """The parameters that a command line of review gives, as click reads it. Raises click.UsageError."""
    assert words[0] == "review"
    command = root.get_command(click.Context(root), "review")
    assert command is not None
    return command.make_context("review", words[1:]).params


def test_the_action_runs_review_with_each_argument(tmp_path: Path) -> None:
    (step,) = (it for it in loaded("action.yml")["runs"]["steps"] if it["id"] == "review")
    said = tmp_path / "said"
    tool = tmp_path / "schemactl"
    tool.write_text(f'#!/bin/bash\nprintf "%s\\n" "$@" > {said}\n')
    tool.chmod(tool.stat().st_mode | stat.S_IEXEC)
    environment = {
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "RUNNER_TEMP": "/runner temp",
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "ARGUMENTS": "--prove\n\n--require-label=schema ok\n",
    }
    subprocess.run(["bash", "-e", "-o", "pipefail", "-c", step["run"]], env=environment, check=True)
    words = said.read_text().splitlines()
    assert words == ["review", "--artifacts", "/runner temp/schemactl", "--prove", "--require-label=schema ok"]
    assert parsed(words)["require_label"] == "schema ok"
    assert (tmp_path / "output").read_text() == "artifacts=/runner temp/schemactl\n"
    subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", step["run"]], env={**environment, "ARGUMENTS": ""}, check=True
    )
    assert said.read_text().splitlines() == words[:3]


def test_the_outputs_and_inputs_of_the_action_are_there() -> None:
    action = loaded("action.yml")
    steps = {it["id"]: it for it in action["runs"]["steps"]}
    text = (TOP / "action.yml").read_text()
    for name in action["inputs"]:
        assert f"${{{{ inputs.{name} }}}}" in text
    assert set(steps) == {"install", "review"} and all(it["shell"] == "bash" for it in steps.values())


def test_the_workflow_gives_the_action_what_it_takes() -> None:
    workflow, action = loaded("examples/review/github.yml"), loaded("action.yml")
    (step,) = (it for it in workflow["jobs"]["review"]["steps"] if it.get("id") == "review")
    assert set(step["with"]) <= set(action["inputs"])
    assert parsed(["review", *step["with"]["arguments"].split()])["prove"] is True
    assert workflow["permissions"] == {"contents": "read", "pull-requests": "write", "statuses": "write"}


def test_the_workflow_for_manifests_says_what_review_takes() -> None:
    jobs = loaded("examples/review/manifests.yml")["jobs"]
    said = {
        name: next(it["with"]["arguments"] for it in job["steps"] if "schemactl" in it.get("uses", "")).split()
        for name, job in jobs.items()
    }
    assert parsed(["review", *said["review"]])["manifests"] == Path("deploy")
    approving = parsed(["review", *said["approve"]])
    assert (approving["approve"], approving["require_label"]) == (("comment",), "schema-ok")
    assert jobs["approve"]["permissions"]["contents"] == "write"


def test_the_lines_of_gitlab_are_ours() -> None:
    (line,) = loaded("examples/review/gitlab.yml")["schema-review"]["script"]
    assert parsed(line.split()[1:])["output"] == Path("review.md")


def test_the_hook_sees_a_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hook, lint, fmt = loaded(".pre-commit-hooks.yaml")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "schema.sql").write_text("CREATE TABLE t (a int, b int);")
    (tmp_path / "schemactl.toml").write_text('to = ["schema.sql"]')
    for words in (["init", "-q"], ["add", "."], ["-c", "user.name=n", "-c", "user.email=e", "commit", "-qm", "base"]):
        subprocess.run(["git", *words], check=True)
    command = [sys.executable, "-m", *hook["entry"].split()]
    clean = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (clean.returncode, "No database changes" in clean.stdout) == (0, True), clean.stderr
    (tmp_path / "schema.sql").write_text("CREATE TABLE t (a int);")
    refused = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (refused.returncode, "DROP COLUMN b" in refused.stdout) == (3, True), refused.stderr
    arguments = ["--from", "git:HEAD:schema.sql", "--to", "schema.sql"]
    found = subprocess.run(
        [sys.executable, "-m", *lint["entry"].split(), *arguments], capture_output=True, text=True, check=False
    )
    assert (found.returncode, "DS103" in found.stdout) == (3, True), found.stderr
    (tmp_path / "schema.sql").write_text("CREATE TABLE t(a int );\n")
    told = subprocess.run(
        [sys.executable, "-m", *fmt["entry"].split(), "schema.sql"], capture_output=True, text=True, check=False
    )
    assert (told.returncode, told.stdout) == (2, "schema.sql\n"), told.stderr
    extras = tomllib.loads((TOP / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert fmt["additional_dependencies"] == extras["fmt"]  # pre-commit installs no extras
