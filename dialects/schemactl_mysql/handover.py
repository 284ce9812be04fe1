"""Another program, run on the server of a session: pt-online-schema-change, gh-ost, or what else takes an ALTER.

It gets who to connect as from a file in the clients' own format, which only the user can read and which is gone when the
program is. No shell takes part. Ctrl-C does not reach it by itself, so that a first one lets it finish.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from schemactl.errors import StepFailedError
from schemactl.steps import filled

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
#: How long a program that is told to end may take for what it must put in order.
_GRACE = 60


def hand_over(
    connection: Connection, command: Sequence[str], values: Mapping[str, str], say: Callable[[str], None]
) -> None:
    """Raises StepFailedError where there is no such program, or it ends with another code than 0."""
    url = connection.engine.url
    with _defaults(url) as file:
        own = {"defaults": file, "host": url.host or "", "port": str(url.port or 3306), "user": url.username or ""}
        words = filled(command, {**values, **own})
        code, last = _run(words, url.password, say)
    if code:
        raise StepFailedError(
            f"{words[0]} ended with code {code}" + (f": {last}" if last else ""),
            hint="see what it said; the table is as it was unless it says otherwise. Mend that and run again, or leave"
            " --copy-with out",
        )


@contextmanager
def _defaults(url: URL) -> Iterator[str]:
    """A file with the section [client]."""
    values: dict[str, object] = {"host": url.host, "port": url.port, "user": url.username, "password": url.password}
    values |= {ours: url.query.get(theirs) for ours, theirs in _OPTIONS.items()}
    lines = [f"{name}={_quoted(str(value))}\n" for name, value in values.items() if value]
    with tempfile.TemporaryDirectory(prefix="schemactl-") as directory:  # its mode is 700
        path = Path(directory) / "client.cnf"
        path.touch(mode=0o600)
        path.write_text("[client]\n" + "".join(lines), encoding="utf-8")
        yield str(path)


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _run(words: Sequence[str], secret: str | None, say: Callable[[str], None]) -> tuple[int, str]:
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
        for line in program.stdout:
            last = line.rstrip().replace(secret, "***") if secret else line.rstrip()
            say(last)
        return program.wait(), last
    except BaseException:
        program.terminate()
        try:
            program.wait(_GRACE)
        except subprocess.TimeoutExpired:
            program.kill()
            program.wait()
        raise
