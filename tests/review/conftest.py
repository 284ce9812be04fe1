"""What the tests of reviews share: the command line, a change on a platform, and a repository that it is in."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import cli
from tests.review.platform import HEAD, TOKEN, World, serving

__all__ = ["cli"]  # a fixture, for pytest to find here

GIT = ("git", "-c", "user.name=n", "-c", "user.email=e@example.org", "-c", "init.defaultBranch=main")


def git(*words: str) -> str:
    """A command of git's in the directory that we are in."""
    return subprocess.run([*GIT, *words], check=True, capture_output=True, text=True).stdout.strip()


def committed(message: str = "base") -> str:
    """All files as they are, in a commit: its id."""
    git("add", "--all")
    git("commit", "--quiet", "--message", message)
    return git("rev-parse", "HEAD")


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[World]:
    """A pull request in a workflow of GitHub's."""
    with serving() as found:
        event = {
            "pull_request": {
                "html_url": f"{found.url}/o/r/pull/5",
                "head": {"sha": HEAD},
                "base": {"sha": "HEAD"},
            }
        }
        (tmp_path / "event.json").write_text(json.dumps(event))
        for name, value in {
            "GITHUB_ACTIONS": "true",
            "GITHUB_EVENT_PATH": str(tmp_path / "event.json"),
            "GITHUB_API_URL": found.url,
            "GITHUB_TOKEN": TOKEN,
            "GITHUB_RUN_NUMBER": "1",
            "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
        }.items():
            monkeypatch.setenv(name, value)
        yield found
