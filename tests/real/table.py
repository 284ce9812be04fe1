"""Print the tables of docs/conformance.md: `python -m tests.real.table [postgres|mysql]`, after `make images`."""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from pathlib import Path

from schemactl.errors import SchemactlError
from tests.real.check import Loaded, loaded
from tests.real.manifest import Application, applications
from tests.real.packages import Packages
from tests.support import mysql
from tests.support.collector import DIALECTS
from tests.support.servers import AnyServer, Servers, images

#: The columns of numbers: their heads, and the kinds of facts that each counts.
COUNTED = {
    "postgres": {
        "tables": {"table"},
        "columns": {"column"},
        "constraints": {"constraint"},
        "indexes": {"index"},
        "sequences": {"sequence"},
        "views": {"view", "materialized view"},
        "types": {"enum", "domain", "composite", "range"},
        "routines": {"function", "procedure", "aggregate"},
        "triggers": {"trigger", "rule"},
    },
    "mysql": {
        "tables": {"table"},
        "columns": {"column"},
        "constraints": {"constraint"},
        "indexes": {"index"},
        "views": {"view"},
        "routines": {"function", "procedure"},
        "triggers": {"trigger"},
    },
}


def main(dialects: list[str]) -> None:
    every = {dialect: applications(dialect) for dialect in DIALECTS}
    packages = Packages([application for found in every.values() for application in found])
    servers = Servers(Path(tempfile.mkdtemp()))
    servers.hold()
    try:
        for dialect in dialects:
            running = [servers.get(image) for image in images(*DIALECTS[dialect])]
            heads = ["application", "package", *COUNTED[dialect], *map(_head, running)]
            print(_row(heads), _row(["---"] * len(heads)), sep="\n")
            for application in every[dialect]:
                print(_row(_cells(application, packages, running, COUNTED[dialect])), flush=True)
    finally:
        servers.stop()


def _head(server: AnyServer) -> str:
    if isinstance(server, mysql.Server):
        return f"{'MariaDB' if server.mariadb else 'MySQL'} {'.'.join(map(str, server.version))}"
    return f"PG {server.version}"


def _cells(
    application: Application, packages: Packages, running: list[AnyServer], counted: dict[str, set[str]]
) -> list[str]:
    shipped = dict.fromkeys(file.package for file in application.files)
    cells = [application.name, "<br>".join(f"`{p.name}` {packages.version(p)}" for p in shipped)]
    verdicts = []
    for server in running:
        if isinstance(server, mysql.Server) and application.refusal(server):
            verdicts.append("not loaded")
            continue
        with loaded(application, packages, server) as found:
            if len(cells) == 2:  # the first that takes it
                cells += _numbers(found, counted)
            verdicts.append(_verdict(found, server))
    return cells + verdicts


def _numbers(found: Loaded, counted: dict[str, set[str]]) -> list[str]:
    kinds = Counter(fact.kind for fact in found.facts(found.database))
    return [str(sum(kinds[kind] for kind in of) or "") for of in counted.values()]


def _verdict(found: Loaded, server: AnyServer) -> str:
    try:
        return "differs" if list(found.failures(server)) else "equal"
    except SchemactlError as error:
        return error.code


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main(sys.argv[1:] or list(DIALECTS))
