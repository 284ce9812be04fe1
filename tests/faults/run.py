"""One fault run: a pair is migrated by schemactl as a process, something befalls it, and the next run must converge."""

from __future__ import annotations

import contextlib
import random
import re
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from schemactl import engine
from schemactl.dialect import Patience, SourceText
from schemactl.errors import SchemactlError
from schemactl.manner import Manner, Online
from schemactl.render import script
from schemactl.steps import Hazard
from tests.faults import faults
from tests.faults.rows import Filled, empty, fill, held
from tests.faults.server import Doomed
from tests.pairs.dialect import Dialect
from tests.support import catalog, postgres
from tests.support.containers import PASSWORD
from tests.support.servers import ERRORS

#: Seconds after which a process that was struck has hung.
LIMIT = 180
_STEP = re.compile(r"\[(\d+)/(\d+)\]")


class Unfit(Exception):
    """The pair shows nothing: the server does not take it, it is rightly refused, or nothing is to be done."""


@dataclass(slots=True)
class Seen:
    """What came of a run: `code` is how the struck process ended, `steps` how many steps the whole plan has, `left` how
    many the next run found to do; `rows` were in the tables."""

    kind: str
    online: bool
    steps: int = 0
    rows: int = 0
    code: int | None = None
    left: int = 0
    problems: list[str] = field(default_factory=list)
    printed: str = ""


def run(dialect: Dialect, server: Doomed, before: str, after: str, rng: random.Random, directory: Path) -> Seen:
    """Raises Unfit."""
    kind = rng.choice(faults.KINDS)
    seen = Seen(kind=kind, online=rng.random() < 0.5)
    with server.databases(3) as (name, undisturbed, fresh):
        try:
            for one in (name, undisturbed):
                server.database(one).execute(before)
            server.database(fresh).execute(after)
        except ERRORS as error:
            raise Unfit(str(error)) from None
        filled = _reference(server, name, undisturbed, after, seen, rng, before)
        goal = held(server.database(undisturbed), filled)
        seen.rows = sum(map(len, held(server.database(name), filled).values()))
        _strike(server, name, after, seen, rng, directory)
        _converges(server, name, after, seen)
        if not seen.problems:
            _judge(dialect, server, (name, fresh), after, seen)
            if (got := held(server.database(name), filled)) != goal:
                seen.problems.append(f"rows differ from those of an undisturbed run:\n{got}\n{goal}")
    return seen


def _manner(seen: Seen) -> Manner:
    return Manner(online=Online.ALWAYS if seen.online else Online.AUTO)


def _sources(after: str) -> list[SourceText]:
    return [SourceText(name="after.sql", text=after)]


def _reference(
    server: Doomed, name: str, undisturbed: str, after: str, seen: Seen, rng: random.Random, before: str
) -> Filled:
    """Migrate a database with the same rows while nothing befalls it. With fewer rows, or none, where these do not fit."""
    target = engine.target(server.database(undisturbed).url, manner=_manner(seen))
    filled = fill(server.database(undisturbed))
    for share in (1.0, 0.4, 0.0):
        chosen = {table for table in filled if rng.random() < share}
        if share < 1:
            with contextlib.suppress(*ERRORS):
                empty(server.database(undisturbed), filled)
            filled = fill(server.database(undisturbed), chosen)
        try:
            plan = engine.apply(target, _sources(after), allow=frozenset(Hazard)).plan
        except SchemactlError as error:
            last = f"{error.code} {error.message}"
            server.admin(_drop(server, undisturbed))
            server.admin(_create(server, undisturbed))
            server.database(undisturbed).execute(before)
            continue
        if plan.is_empty:
            raise Unfit("nothing is to be done")
        seen.steps = len(plan.steps)
        return fill(server.database(name), set(filled))
    raise Unfit(last)


def _drop(server: Doomed, name: str) -> str:
    return f"DROP DATABASE {name}" + (" WITH (FORCE)" if isinstance(server.server, postgres.Server) else "")


def _create(server: Doomed, name: str) -> str:
    return f"CREATE DATABASE {name}" + (" TEMPLATE template0" if isinstance(server.server, postgres.Server) else "")


def _strike(server: Doomed, name: str, after: str, seen: Seen, rng: random.Random, directory: Path) -> None:
    file = directory / "after.sql"
    file.write_text(after, encoding="utf-8")
    command = [sys.executable, "-m", "schemactl", "apply", "--url", server.proxied(name), "--to", str(file)]
    command += ["--auto-approve", "--allow", "all", "--lock-timeout", "500ms", *(["--online"] if seen.online else [])]
    waits = seen.kind.startswith("table locked")
    with contextlib.ExitStack() as arranged:
        lock = arranged.enter_context(contextlib.ExitStack())
        if waits:
            lock.enter_context(faults.locked(server, name, rng))
        process = arranged.enter_context(
            subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, encoding="utf-8")
        )
        scene = faults.Scene(server=server, database=name, process=process, rng=rng)
        lines: list[str] = []
        reader = threading.Thread(target=_read, args=(process, lines), daemon=True)
        reader.start()
        if seen.kind in faults.SUDDEN:
            _await_step(process, lines, rng.randint(0, seen.steps), rng.random() * 2)
            time.sleep(rng.random() * rng.choice((0.002, 0.02, 0.2)))
            faults.SUDDEN[seen.kind](scene)
        elif waits:
            _await_step(process, lines, 1, LIMIT)
            time.sleep(rng.uniform(0.3, 3))
            if seen.kind.endswith("kill -9"):
                process.kill()
            lock.close()
        else:
            _await_step(process, lines, rng.randint(1, seen.steps), LIMIT)
            server.proxy.heard = seen.kind.startswith("answer")
            server.proxy.word = faults.committing(server)
        try:
            seen.code = process.wait(LIMIT)
        except subprocess.TimeoutExpired:
            seen.problems.append(f"schemactl hangs after {LIMIT} s")
            process.kill()
        reader.join(10)
    server.proxy.word = None
    seen.printed = "".join(lines)
    _judge_end(seen)


def _read(process: subprocess.Popen[str], lines: list[str]) -> None:
    assert process.stderr
    while text := process.stderr.read(1):
        lines.append(text)


def _await_step(process: subprocess.Popen[str], lines: list[str], number: int, seconds: float) -> None:
    """Wait until the process has said that it begins the step, or has ended. 0: at most so many seconds, whatever it does."""
    deadline = time.monotonic() + (seconds if number == 0 else LIMIT)
    while process.poll() is None and time.monotonic() < deadline:
        begun = _STEP.findall("".join(lines))
        if number and begun and int(begun[-1][0]) >= number:
            return
        time.sleep(0.001)


#: How a struck process may end.
_CODES = {
    "kill -9 of schemactl": {0, -9},
    "signals": {0, 130, -2, -15},  # one that comes when all is said ends the process as it ends any
    "table locked": {0},
    "table locked, then kill -9": {0, -9},
}


def _judge_end(seen: Seen) -> None:
    if seen.code not in _CODES.get(seen.kind, {0, 1}):
        seen.problems.append(f"exit code {seen.code}")
    if "Traceback" in seen.printed or "E999" in seen.printed:
        seen.problems.append("a traceback was shown")
    if PASSWORD in seen.printed:
        seen.problems.append("the password was shown")
    if seen.code in (1, 130) and _STEP.search(seen.printed) and "stands: " not in seen.printed:
        seen.problems.append("it is not told what stands")


def _converges(server: Doomed, name: str, after: str, seen: Seen) -> None:
    target = engine.target(server.database(name).url, manner=_manner(seen))
    patience = Patience(advisory_timeout=60)
    try:
        seen.left = engine.apply(target, _sources(after), allow=frozenset(Hazard), patience=patience).steps_done
        second = engine.plan(target, _sources(after))
    except SchemactlError as error:
        seen.problems.append(f"the next run fails: {error.code} {error.message} {error.stands} {error.hint}")
        return
    if not second.is_empty:
        seen.problems.append(f"the next run does not converge:\n{script.statements(second)}")


#: What must give no row.
_LEFT_POSTGRES = (
    "SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid AND NOT EXISTS"
    " (SELECT FROM pg_class p WHERE p.oid = indexrelid AND p.relkind = 'I')",
    "SELECT pid::text FROM pg_locks WHERE locktype = 'advisory' AND database ="
    " (SELECT oid FROM pg_database WHERE datname = current_database())",
    "SELECT datname FROM pg_database WHERE datname LIKE 'schemactl%'",
)
_LEFT_MYSQL = (
    "SELECT schema_name FROM information_schema.schemata WHERE schema_name LIKE 'schemactl%'",
    "SELECT name FROM information_schema.{} WHERE name LIKE CONCAT(DATABASE(), '/#sql%')",
)


def _judge(dialect: Dialect, server: Doomed, names: tuple[str, str], after: str, seen: Seen) -> None:
    database, fresh = (server.database(name) for name in names)
    want, got = ([dialect.compared(fact) for fact in catalog.facts(one)] for one in (fresh, database))
    if found := catalog.difference(got, want, after):
        seen.problems.append(f"the catalogue is not that of a database that ran the text:\n{found}")
    queries: tuple[str, ...] = _LEFT_POSTGRES
    if not isinstance(database, postgres.Database):
        queries = tuple(q.format("INNODB_SYS_TABLES" if database.mariadb else "INNODB_TABLES") for q in _LEFT_MYSQL)
    for query in queries:
        if rows := database.query(query):
            seen.problems.append(f"left over: {rows}")
