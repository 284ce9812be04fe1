"""Print the table of docs/conformance.md: `python -m tests.real.table`, after `make images`."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

from schemactl.errors import SchemactlError
from tests.real.check import Loaded, loaded
from tests.real.manifest import Application, applications
from tests.real.packages import Packages
from tests.support.servers import Server, Servers, images

#: The columns of numbers: their heads, and the kinds of facts that each counts.
COUNTED = {
    "tables": {"table"},
    "columns": {"column"},
    "constraints": {"constraint"},
    "indexes": {"index"},
    "sequences": {"sequence"},
    "views": {"view", "materialized view"},
    "types": {"enum", "domain", "composite", "range"},
    "routines": {"function", "procedure", "aggregate"},
    "triggers": {"trigger", "rule"},
}


def main() -> None:
    every = applications()
    packages = Packages(every)
    servers = Servers(Path(tempfile.mkdtemp()))
    servers.hold()
    try:
        started = [servers.get(image) for image in images("postgres")]
        running = [server for server in started if isinstance(server, Server)]
        heads = ["application", "package", *COUNTED, *(f"PG {server.version}" for server in running)]
        print(_row(heads), _row(["---"] * len(heads)), sep="\n")
        for application in every:
            print(_row(_cells(application, packages, running)), flush=True)
    finally:
        servers.stop()


def _cells(application: Application, packages: Packages, running: list[Server]) -> list[str]:
    shipped = dict.fromkeys(file.package for file in application.files)
    cells = [application.name, "<br>".join(f"`{p.name}` {packages.version(p)}" for p in shipped)]
    verdicts = []
    for server in running:
        with loaded(application, packages, server) as found:
            if server is running[0]:
                cells += _numbers(found)
            verdicts.append(_verdict(found, server))
    return cells + verdicts


def _numbers(found: Loaded) -> list[str]:
    kinds = Counter(fact.kind for fact in found.facts(found.database))
    return [str(sum(kinds[kind] for kind in counted) or "") for counted in COUNTED.values()]


def _verdict(found: Loaded, server: Server) -> str:
    try:
        return "differs" if list(found.failures(server)) else "equal"
    except SchemactlError as error:
        return error.code


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
