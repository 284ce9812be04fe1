"""What the operator costs, and how quick it is, on a real API server and a real Postgres.

    python -m benchmarks.operator --url URL [--only cold,restart,latency,shards,tables]
        [--resources 2000] [--databases 20] [--steady 600] [--interval 1m] [--samples 50] [--tables 1000]

Each resource keeps one schema of one table; those of one database share its Secret. Prints a Markdown table:

    cold      all Ready after a cold start (done in any case where the next three are)
    restart   the same after a restart, and the steady state after that, for --steady seconds
    latency   from `kubectl apply` to applied, and from a change by hand to healed (with an interval of 10 s), --samples times
    shards    three processes, one killed: when its resources are looked at again
    tables    one resource of --tables tables: what a look costs the database where nothing moved

Nothing else may run on the machine. Servers, databases and logs are gone at the end, also where it fails or is stopped.
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from schemactl.operator.shards import shard_of
from tests.operator.cluster import Running, Team, schema, secret
from tests.support.kube import ROOT, together
from tests.support.kube import serving as kube_serving

READY = 'schemactl_reconcile_total{result="ready"}'
#: Seconds that anything may take.
PATIENCE = 3600.0
TICK = os.sysconf("SC_CLK_TCK")


PARTS = ("cold", "restart", "latency", "shards", "tables")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", required=True, help="a Postgres to make databases on")
    parser.add_argument("--only", default=",".join(PARTS), help="parts, with commas between them")
    parser.add_argument("--resources", type=int, default=2000)
    parser.add_argument("--databases", type=int, default=20)
    parser.add_argument("--steady", type=float, default=600)
    parser.add_argument("--interval", default="1m")
    parser.add_argument("--samples", type=int, default=50)
    parser.add_argument("--tables", type=int, default=1000)
    given = parser.parse_args()
    parts = set(given.only.split(","))
    if parts - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(parts - set(PARTS)))}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that all is taken down
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="schemactl-bench-")))
        kube = stack.enter_context(kube_serving(home))
        urls = stack.enter_context(_databases(given.url, given.databases + 1))
        kube.kubectl("apply", "--validate=false", "-k", str(ROOT / "crds"))
        kube.kubectl("apply", "-k", str(ROOT / "deploy"))
        kube.kubectl("wait", "--for=condition=Established", "crd/atlasschemas.db.atlasgo.io", "--timeout=30s")
        team = Team(kube, "schemactl", {})
        team.apply(*(secret(url, f"db{i}") for i, url in enumerate(urls)))
        bench = _Bench(home, team, urls[:-1], given.resources, given.interval)
        print("| | |\n|---|---|", flush=True)
        if "tables" in parts:
            bench.tables(urls[-1], given.databases, given.tables)
        if not parts - {"tables"}:
            return
        bench.create()
        bench.start_up("cold start")
        if "restart" in parts:
            bench.start_up("restart", steady=given.steady)
        if "latency" in parts:
            bench.latencies(given.samples)
        if "shards" in parts:
            bench.sharding()


@dataclass(slots=True)
class _Bench:
    home: Path
    team: Team
    urls: tuple[str, ...]
    resources: int
    interval: str

    def create(self) -> None:
        """In a few pieces: kubectl makes objects one after the other, and holds them all."""
        for first in range(0, self.resources, 500):
            numbers = range(first, min(first + 500, self.resources))
            manifest = together(*(self._resource(number) for number in numbers))
            self.team.cluster.kubectl("-n", self.team.name, "create", "-f", "-", given=manifest, timeout=PATIENCE)

    def start_up(self, what: str, steady: float = 0) -> None:
        with self._operator(what) as operator:
            began = time.monotonic()
            self._wait(lambda: self._ready(operator) >= self.resources and operator.metric(READY) >= self.resources)
            seconds = time.monotonic() - began
            _row(f"{what}: all {self.resources} Ready", f"{seconds:.1f} s, {_used(operator)}, {_writes(operator)}")
            if steady:
                self._steady(operator, steady)

    def _steady(self, operator: Running, seconds: float) -> None:
        time.sleep(30)
        before = (_cpu(operator), self._queries(), operator.metric("schemactl_api_requests_total"))
        writes, looks, began = operator.metric("schemactl_status_writes_total"), _looks(operator), time.monotonic()
        time.sleep(seconds)
        spent = time.monotonic() - began
        after = (_cpu(operator), self._queries(), operator.metric("schemactl_api_requests_total"))
        cpu, queries, requests = ((b - a) / spent for a, b in zip(before, after, strict=True))
        written = operator.metric("schemactl_status_writes_total") - writes
        _row(
            f"steady, interval {self.interval}, {spent:.0f} s",
            f"{cpu * 100:.1f} % of one core, {(_looks(operator) - looks) / spent:.1f} looks/s, {queries:.1f} "
            f"transactions/s, {requests:.2f} API requests/s, {written:.0f} statuses written, {_memory(operator)} MiB",
        )

    def latencies(self, samples: int) -> None:
        applied, healed = [], []
        with self._operator("latency") as operator, psycopg.connect(self.urls[0], autocommit=True) as database:
            self._wait(lambda: self._ready(operator) >= self.resources and operator.metric(READY) >= self.resources)
            for number in range(samples):
                manifest = self._resource(0)
                sql = f"CREATE SCHEMA r0; CREATE TABLE r0.t (id integer PRIMARY KEY, c{number} text);"
                spec = manifest["spec"]
                assert isinstance(spec, dict)
                spec |= {"schema": {"sql": sql}, "policy": {"allow": ["DROPS_COLUMN"]}, "interval": "10s"}
                began = time.monotonic()
                self.team.apply(manifest)
                self._wait(lambda n=number: _has(database, f"c{n}"))  # type: ignore[misc]
                applied.append(time.monotonic() - began)
                self._wait(lambda: self.team.is_current("r0"))
                database.execute(f"ALTER TABLE r0.t DROP COLUMN c{number}")
                began = time.monotonic()
                self._wait(lambda n=number: _has(database, f"c{n}"))  # type: ignore[misc]
                healed.append(time.monotonic() - began)
                self._wait(lambda: self.team.is_current("r0"))
        _row(f"`kubectl apply` to applied, {samples} times", _spread(applied))
        _row("changed by hand to healed, interval 10 s", _spread(healed))

    def sharding(self) -> None:
        uids = self.team.kubectl("get", "atlasschemas", "-o", "jsonpath={.items[*].metadata.uid}").split()
        with ExitStack() as stack:
            operators = [stack.enter_context(self._operator(f"shard {i}", "--shard", f"{i}/3")) for i in range(3)]
            for i, operator in enumerate(operators):
                mine = sum(shard_of(uid, 3) == i for uid in uids)
                self._wait(lambda o=operator, n=mine: _looks(o) >= n)  # type: ignore[misc]
            orphans = sum(shard_of(uid, 3) == 2 for uid in uids)
            before = [_looks(operator) for operator in operators[:2]]
            operators[2].stop(signal.SIGKILL)
            began = time.monotonic()
            self._wait(lambda: any("looks after shard 2" in o.text for o in operators[:2]))
            taken = time.monotonic() - began
            taker = next(i for i, o in enumerate(operators[:2]) if "looks after shard 2" in o.text)
            self._wait(lambda: _looks(operators[taker]) - before[taker] >= orphans)
            _row(
                f"a shard of {orphans} killed, of three",
                f"taken over after {taken:.1f} s, all looked at after {time.monotonic() - began:.1f} s",
            )

    def tables(self, url: str, number: int, count: int) -> None:
        """The looks of one resource at many tables, by what the server counts of their statements."""
        name = f"db{number}"
        columns = (
            "id bigint PRIMARY KEY, a text NOT NULL, b integer DEFAULT 0 CHECK (b >= 0), c timestamptz DEFAULT now()"
        )
        sql = "".join(f"CREATE TABLE t{i} ({columns}); CREATE INDEX t{i}_c ON t{i} (c, b); " for i in range(count))
        ref = {"secretKeyRef": {"name": name, "key": "url"}}
        manifest = schema("tables", sql, urlFrom=ref, interval="2s")
        self.team.cluster.kubectl("-n", self.team.name, "create", "-f", "-", given=together(manifest), timeout=PATIENCE)
        with self._operator("tables") as operator, psycopg.connect(url, autocommit=True) as database:
            began = time.monotonic()
            self._wait(lambda: self.team.is_current("tables"))
            _row(f"{count} tables: made", f"{time.monotonic() - began:.1f} s, {_used(operator)}")
            before, cpu, looks = _work(database), _cpu(operator), _looks(operator)
            self._wait(lambda: _looks(operator) >= looks + 20)
            after, count_of_looks = _work(database), _looks(operator) - looks
            took = [(b - a) / count_of_looks for a, b in zip(before, after, strict=True)]
            _row(
                f"{count} tables: a look where nothing moved, of {count_of_looks:.0f}",
                f"{took[0]:.1f} transactions, {took[1] * 1000:.0f} ms of the server's sessions being active, "
                f"{(_cpu(operator) - cpu) / count_of_looks * 1000:.0f} ms of the operator's CPU",
            )
        self.team.kubectl("delete", "atlasschema", "tables")

    def _resource(self, number: int) -> dict[str, object]:
        sql = f"CREATE SCHEMA r{number}; CREATE TABLE r{number}.t (id integer PRIMARY KEY, note text);"
        ref = {"secretKeyRef": {"name": f"db{number % len(self.urls)}", "key": "url"}}
        return schema(f"r{number}", sql, urlFrom=ref, schemas=[f"r{number}"], interval=self.interval)

    @contextmanager
    def _operator(self, what: str, *arguments: str) -> Iterator[Running]:
        log = self.home / f"{what.replace(' ', '-')}.log"
        with Running.start(self.team, log, arguments, None) as operator:
            operator.wait_for("listens on")
            yield operator
            if operator.process.poll() is None:
                operator.stop()

    def _ready(self, operator: Running) -> int:
        text = operator.get("/metrics")[1]
        return len(re.findall(r"^schemactl_resource_ready\{.*\} 1\.0$", text, re.MULTILINE))

    def _queries(self) -> float:
        with psycopg.connect(self.urls[0], autocommit=True) as database:
            row = database.execute(
                "SELECT sum(xact_commit) FROM pg_stat_database WHERE datname LIKE 'schemactl_bench_%'"
            )
            return float((row.fetchone() or (0,))[0])

    def _wait(self, true: Callable[[], object]) -> None:
        end = time.monotonic() + PATIENCE
        while not true():
            if time.monotonic() > end:  # their last lines, for the files are gone when this is read
                raise TimeoutError(
                    "\n".join(log.read_text(errors="replace")[-2000:] for log in self.home.glob("*.log"))
                )
            time.sleep(0.02 if self.resources < 200 else 0.1)


def _has(database: psycopg.Connection, column: str) -> bool:
    query = "SELECT 1 FROM information_schema.columns WHERE table_schema = 'r0' AND column_name = %s"
    return database.execute(query, (column,)).fetchone() is not None


def _work(database: psycopg.Connection) -> tuple[float, float]:
    """Transactions in this database, and seconds in which sessions were active, as far as they have told of it."""
    database.execute("SELECT pg_stat_force_next_flush()")
    row = database.execute(
        "SELECT xact_commit + xact_rollback, active_time / 1000 FROM pg_stat_database WHERE datname = current_database()"
    ).fetchone()
    assert row is not None
    return float(row[0]), float(row[1])


def _looks(operator: Running) -> float:
    text = operator.get("/metrics")[1]
    return sum(float(value) for value in re.findall(r"^schemactl_reconcile_total\{.*\} (\S+)$", text, re.MULTILINE))


def _cpu(operator: Running) -> float:
    fields = Path(f"/proc/{operator.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def _memory(operator: Running) -> int:
    text = Path(f"/proc/{operator.process.pid}/status").read_text()
    return int(re.findall(r"VmRSS:\s+(\d+)", text)[0]) // 1024


def _used(operator: Running) -> str:
    return f"{_cpu(operator):.1f} s of CPU, {_memory(operator)} MiB"


def _writes(operator: Running) -> str:
    requests, writes = (operator.metric(f"schemactl_{name}_total") for name in ("api_requests", "status_writes"))
    return f"{requests:.0f} API requests, {writes:.0f} statuses written"


def _spread(seconds: list[float]) -> str:
    seconds.sort()
    return f"median {statistics.median(seconds):.2f} s, p95 {seconds[int(len(seconds) * 0.95)]:.2f} s"


def _row(what: str, figures: str) -> None:
    print(f"| {what} | {figures} |", flush=True)


@contextmanager
def _databases(url: str, count: int) -> Iterator[tuple[str, ...]]:
    names = [f"schemactl_bench_{os.getpid()}_{number}" for number in range(count)]
    with psycopg.connect(url, autocommit=True) as server:
        for name in names:
            server.execute(f'CREATE DATABASE "{name}"')
    try:
        yield tuple(urlsplit(url)._replace(path=f"/{name}").geturl() for name in names)
    finally:
        with psycopg.connect(url, autocommit=True) as server:
            for name in names:
                server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


if __name__ == "__main__":
    main()
