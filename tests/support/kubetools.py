"""helm, a kubectl with today's kustomize, and promtool, for the tests of what is installed (tests/infra/kube/tools.sh)."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
#: Of the API server that Debian's sources give: what `helm template` is told to render for.
SERVER = "1.20.2"


@functools.cache
def tools() -> dict[str, str]:
    """Where each is. Raises RuntimeError: tests that need them fail, they are never skipped."""
    script = ROOT / "tests" / "infra" / "kube" / "tools.sh"
    environment = {**os.environ, "PYTHON": sys.executable}
    done = subprocess.run([str(script)], capture_output=True, text=True, timeout=600, env=environment)
    if done.returncode:
        raise RuntimeError(done.stderr.strip())
    return dict(line.split(" ", 1) for line in done.stdout.splitlines())


def run(tool: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([tools()[tool], *arguments], capture_output=True, text=True, timeout=120, cwd=ROOT)


def helm_template(values: dict[str, Any], *, namespace: str = "schemactl", kube: str = SERVER) -> str:
    """What the chart renders of these values. Raises AssertionError with what Helm says."""
    command = [tools()["helm"], "template", "demo", str(ROOT / "charts" / "schemactl"), "-n", namespace]
    done = subprocess.run(
        [*command, "--kube-version", kube, "-f", "-"],
        input=yaml.safe_dump(values),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def kustomize(directory: str) -> str:
    done = run("kubectl", "kustomize", directory)
    assert done.returncode == 0, done.stderr
    return done.stdout


def objects(text: str) -> list[dict[str, Any]]:
    return [one for one in yaml.safe_load_all(text) if one]
