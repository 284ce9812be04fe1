"""How dialects are found."""

from __future__ import annotations

import subprocess
import sys

MANY = """
import threading
from concurrent.futures import ThreadPoolExecutor
from schemactl.dialect import find

start = threading.Barrier(8)

def ask(number):
    start.wait()
    return find("postgres" if number % 2 else "postgresql")

with ThreadPoolExecutor(8) as pool:
    print(len({id(it) for it in pool.map(ask, range(8))}))
"""


def test_a_dialect_is_one_object_whoever_asks_for_it_and_when() -> None:
    """In a process of its own, where nobody has asked before."""
    done = subprocess.run([sys.executable, "-c", MANY], capture_output=True, text=True, check=True)
    assert done.stdout == "1\n"
