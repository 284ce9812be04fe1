"""`make review-demo` on real parts, as a person runs it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).parents[2]


def test_what_was_reviewed_is_what_was_merged_is_what_was_applied() -> None:
    done = subprocess.run(
        [sys.executable, "examples/review/loop.py"], cwd=TOP, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    digests = dict(re.findall(r"^(reviewed|merged|applied) +(sha256:[0-9a-f]{64})$", done.stdout, re.MULTILINE))
    assert len(digests) == 3 and len(set(digests.values())) == 1, done.stdout
