"""How another tool's labels agree with ours: `python -m benchmarks.labels CASES.jsonl --url postgresql://...`

Each line of the file is a case: `current` and `desired` as SQL, `expected_hazards` as pg-schema-diff names them. The
case is planned here as that tool plans it, so that others go on working on every table, with no table small. A label of
theirs is held against those of our hazards, or steps, that mean the same. Of a lock we warn where it is held for long; a
lock that is held for a moment is said with the step, and counted apart.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from benchmarks.__main__ import database
from schemactl import engine
from schemactl.dialect import SourceText
from schemactl.errors import SchemactlError
from schemactl.manner import Manner, Online
from schemactl.plan import Plan, PlannedStep
from schemactl.steps import DESTRUCTIVE, Hazard


def _warns(*hazards: Hazard) -> Callable[[PlannedStep], bool]:
    return lambda step: any(it.hazard in hazards for it in step.hazards)


def _drops_index(step: PlannedStep) -> bool:
    goes_with_key = any("queries lose its index" in it.message for it in step.hazards)
    return goes_with_key or (step.action == "drop" and step.object.startswith("index "))


#: By their label: which of our steps say the same.
OURS: dict[str, Callable[[PlannedStep], bool]] = {
    "ACQUIRES_ACCESS_EXCLUSIVE_LOCK": _warns(Hazard.BLOCKS_READS),
    "ACQUIRES_SHARE_ROW_EXCLUSIVE_LOCK": _warns(Hazard.BLOCKS_WRITES),
    "AUTHZ_UPDATE": _warns(Hazard.CHANGES_ACCESS),
    "DELETES_DATA": _warns(*DESTRUCTIVE),
    "IMPACTS_DATABASE_PERFORMANCE": _warns(Hazard.REWRITES_TABLE, Hazard.SCANS_TABLE),
    "INDEX_BUILD": _warns(Hazard.BUILDS_INDEX),
    "INDEX_DROPPED": _drops_index,
    "UPGRADING_EXTENSION_VERSION": _warns(Hazard.NOT_REVERSIBLE),
}


#: By their label: the lock of ours that is said with the step, where it is no hazard.
LOCKS = {
    "ACQUIRES_ACCESS_EXCLUSIVE_LOCK": "ACCESS EXCLUSIVE",
    "ACQUIRES_SHARE_ROW_EXCLUSIVE_LOCK": "SHARE ROW EXCLUSIVE",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", type=Path)
    parser.add_argument("--url", required=True, help="a Postgres server, to make a database on")
    parser.add_argument("--show", metavar="LABEL", help="name the cases in which this label differs")
    options = parser.parse_args()
    both: Counter[str] = Counter()
    differs: dict[tuple[str, str], list[str]] = defaultdict(list)
    refused = []
    for line in options.cases.read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        try:
            plan = planned(options.url, case)
        except (SchemactlError, psycopg.Error) as error:
            refused.append(f"{case['id']}: {str(error).splitlines()[0]}")
            continue
        theirs = {it if isinstance(it, str) else it["type"] for it in case["expected_hazards"]}
        for label, says in OURS.items():
            ours = any(says(step) for step in plan.steps)
            if ours and label in theirs:
                both[label] += 1
            elif ours:
                differs[label, "ours alone"].append(case["id"])
            elif label in theirs:
                said = any(lock.mode == LOCKS.get(label) for step in plan.steps for lock in step.locks)
                differs[label, "for a moment" if said else "theirs alone"].append(case["id"])
        for label in theirs - OURS.keys():
            differs[label, "theirs alone"].append(case["id"])
    report(both, differs, refused, options.show)


def report(both: Counter[str], differs: dict[tuple[str, str], list[str]], refused: list[str], show: str | None) -> None:
    """A table in Markdown, a line a label."""
    print("| label | both | a lock for a moment | theirs alone | ours alone |\n|---|---|---|---|---|")
    for label in sorted({*both, *(label for label, _ in differs)}):
        counts = [len(differs[label, side]) for side in ("for a moment", "theirs alone", "ours alone")]
        print(f"| {label} | {both[label]} | {' | '.join(map(str, counts))} |")
    print(f"\nNot judged: {len(refused)}")
    for line in refused if show else []:
        print(f"  {line}")
    for (label, side), names in sorted(differs.items()):
        if label == show:
            print(f"\n{side}:\n  " + "\n  ".join(names))


def planned(url: str, case: dict[str, Any]) -> Plan:
    """Raises SchemactlError, or psycopg.Error where the server takes `current` no more."""
    with database(url) as own:
        with psycopg.connect(own, autocommit=True) as connection:
            for name in case.get("extensions", []):
                connection.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(name)))
            connection.execute(case["current"].encode())
        manner = Manner(online=Online.ALWAYS, small_table=0)
        target = engine.target(own, manner=manner)
        return engine.plan(target, [SourceText(name="desired.sql", text=case["desired"])])


if __name__ == "__main__":
    main()
