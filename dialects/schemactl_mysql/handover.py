"""Another program, run on the server of a session: pt-online-schema-change, gh-ost, or what else takes an ALTER.

It gets who to connect as from a file in the clients' own format, which only the user can read and which is gone when the
program is. No shell takes part. Ctrl-C does not reach it by itself, so that a first one lets it finish; at a second it is
told to end (SIGTERM), which leaves it time to put in order what it has made.
"""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError

from schemactl.errors import InterruptedError_, StepFailedError
from schemactl.steps import filled
from schemactl.wording import few

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from sqlalchemy.engine import URL

#: Options of a URL by the names that the clients' files have for them.
_OPTIONS = {
    "ssl-ca": "ssl_ca",
    "ssl-cert": "ssl_cert",
    "ssl-key": "ssl_key",
    "socket": "unix_socket",
}
#: MySQL 9 explains as a tree unless told otherwise. pt-online-schema-change 3.2.1 finds no count of rows in that, takes the
#: table for an empty one and copies it in one statement, for which writers wait (seen on 9.7).
_TABULAR = "SET SESSION explain_format = TRADITIONAL"
#: How long a program that is told to end may take for what it must put in order.
_GRACE = 60
#: Seconds between two glances at whether it is to end.
_GLANCE = 0.1
#: What a program may leave behind: tables and triggers.
_MADE = """
SELECT CONCAT('table ', TABLE_NAME) FROM information_schema.TABLES WHERE TABLE_SCHEMA = %s
UNION ALL SELECT CONCAT('trigger ', TRIGGER_NAME) FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = %s
"""


def hand_over(
    connection: Connection,
    command: Sequence[str],
    values: Mapping[str, str],
    say: Callable[[str], None],
    cancel: threading.Event,
) -> None:
    """Raises StepFailedError where there is no such program, or it ends with another code than 0.

    InterruptedError_ where it does so once `cancel` is set, which tells it to end. Either names what is there then and was
    not before.
    """
    url = connection.engine.url
    before = _made(connection, values["schema"])
    begin = _TABULAR if _has_formats(connection) else None
    with _defaults(url, begin) as file:
        own = {"defaults": file, "host": url.host or "", "port": str(url.port or 3306), "user": url.username or ""}
        words = filled(command, {**values, **own})
        code, last = _run(words, url.password, say, cancel)
    if not code:
        return
    ended = f"code {code}" if code > 0 else signal.Signals(-code).name
    how = f"{words[0]} {'was told to end, and ' if cancel.is_set() else ''}ended with {ended}"
    left = sorted(_made(connection, values["schema"]) - before)
    said = (f": {last}" if last else "") + (f"; there are now, and were not before: {few(left)}" if left else "")
    hint = "see what it said; the table is as it was unless it says otherwise."
    if left:
        hint += " It left something behind: take that away first, for a table with triggers is not handed over."
    if cancel.is_set():
        raise InterruptedError_(f"{how}{said}", hint=f"{hint} Run again to begin anew")
    raise StepFailedError(f"{how}{said}", hint=f"{hint} Mend that and run again, or leave --copy-with out")


def _made(connection: Connection, schema: str) -> set[str]:
    """The tables and triggers of a database; none where the server cannot be asked."""
    try:
        return {str(row[0]) for row in connection.exec_driver_sql(_MADE, (schema, schema))}
    except DBAPIError:
        return set()


def _has_formats(connection: Connection) -> bool:
    """Whether the server has several ways to print what EXPLAIN says."""
    return bool(connection.exec_driver_sql("SHOW VARIABLES WHERE Variable_name = 'explain_format'").first())


@contextmanager
def _defaults(url: URL, begin: str | None) -> Iterator[str]:
    """A file with the section [client]. `begin`: what each session runs first."""
    values: dict[str, object] = {"host": url.host, "port": url.port, "user": url.username, "password": url.password}
    values |= {ours: url.query.get(theirs) for ours, theirs in _OPTIONS.items()} | {"init-command": begin}
    lines = [f"{name}={_quoted(str(value))}\n" for name, value in values.items() if value]
    with tempfile.TemporaryDirectory(prefix="schemactl-") as directory:  # its mode is 700
        path = Path(directory) / "client.cnf"
        path.touch(mode=0o600)
        path.write_text("[client]\n" + "".join(lines), encoding="utf-8")
        yield str(path)


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _run(
    words: Sequence[str], secret: str | None, say: Callable[[str], None], cancel: threading.Event
) -> tuple[int, str]:
    """Its exit code, and the last line that it printed."""
    last = ""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("SCHEMACTL_")}
    try:
        program = subprocess.Popen(  # noqa: S603
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=environment,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )
    except OSError as error:
        raise StepFailedError(
            f"cannot run {words[0]}: {error.strerror}", hint="install it, or correct --copy-with; nothing was done"
        ) from None
    try:
        assert program.stdout is not None
        with _told_to_end(program, cancel):
            for line in program.stdout:
                last = line.rstrip().replace(secret, "***") if secret else line.rstrip()
                say(last)
            return program.wait(), last
    except BaseException:
        _end(program)
        try:
            program.wait(_GRACE)
        except subprocess.TimeoutExpired:
            program.kill()
            program.wait()
        raise


@contextmanager
def _told_to_end(program: subprocess.Popen[str], cancel: threading.Event) -> Iterator[None]:
    """Meanwhile, tell it once to end when that is asked for."""
    over = threading.Event()

    def watch() -> None:
        while not over.is_set():
            if cancel.wait(_GLANCE):
                _end(program)
                return

    watcher = threading.Thread(target=watch, name="schemactl-handover", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


def _end(program: subprocess.Popen[str]) -> None:
    """SIGTERM to all that runs in its session: what is configured may be a script around the program."""
    if program.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(program.pid, signal.SIGTERM)
