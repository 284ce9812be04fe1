"""Runs a scenario: one command a line, on one database of a real server. `tests/scenarios/README.md` lists the commands."""

from __future__ import annotations

import difflib
import io
import os
import re
import shlex
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import pytest

from schemactl.plan import decode
from schemactl.plan.document import Proof
from tests.support import catalog, proof, said
from tests.support.servers import ERRORS, HOST, PASSWORD, AnyServer, Server, message
from tests.support.txtar import Archive

Main = Callable[[list[str]], int]

_GUARD = re.compile(r"\[(?P<not>!?)(?P<name>[a-z]+)(?P<version>\d+(?:\.\d+)*)?(?P<sign>[+-]?)\]\s*")
#: The word of guards for an image: that of the ids of tests.
_KNOWN = {"pg": "pg", "mysql": "my", "mariadb": "maria"}
_IMAGES = {"mariadb": "mariadb", "mysql": "mysql", "postgres": "pg"}
# Not where letters or quotes adjoin: a setting such as lock_timeout = '3s' is part of what is compared.
#: Who made a plan, and its digest, which covers the version of tool and server.
_DIGEST = re.compile(r"\bschemactl \d\S*: plan [0-9a-f]{12}\b")
_DURATION = re.compile(r"(?<![\w.'\"])\d+(?:\.\d+)? ?(?:ms|s|µs)(?![\w'\"])")
#: A role that a script makes, for the whole server.
_ROLE = re.compile(r'^CREATE (?:ROLE|USER(?! MAPPING)) ("[^"]+"|\w+)', re.MULTILINE)

#: Variables that schemactl or a database's client heeds begin so.
_SETTINGS = ("SCHEMACTL_", "PG", "MYSQL_", "MARIADB_")


class ScenarioError(AssertionError):
    """A line of a scenario is wrong, or did not hold."""


class Platform(NamedTuple):
    """The server that a scenario runs on, as guards know it."""

    name: str
    version: tuple[int, ...]

    @classmethod
    def of(cls, image: str) -> Platform:
        name, _, version = image.partition(":")
        return cls(_IMAGES[name], tuple(map(int, version.split("."))))

    @property
    def id(self) -> str:
        """As tests are called that run on it: pg17, my9.7, maria10.11."""
        return _KNOWN[self.name] + ".".join(map(str, self.version))

    def satisfies(self, guard: re.Match[str]) -> bool:
        """Whether `[pg]`, `[pg17]`, `[pg17+]`, `[pg17-]`, or with a `!` its contrary, holds here."""
        if guard["name"] not in _KNOWN or (guard["sign"] and not guard["version"]):
            raise ScenarioError(f"unknown condition {guard[0].strip()}")
        holds = guard["name"] == self.name
        if holds and guard["version"]:
            stated = tuple(map(int, guard["version"].split(".")))
            mine = self.version[: len(stated)]
            holds = mine == stated or (mine > stated if guard["sign"] == "+" else bool(guard["sign"]) and mine < stated)
        return holds != bool(guard["not"])


@dataclass(frozen=True, slots=True)
class Line:
    """A command of a script, its guards parsed off."""

    number: int
    guards: tuple[re.Match[str], ...]
    negated: bool
    name: str
    args: tuple[str, ...]

    def applies(self, platform: Platform) -> bool:
        return all(platform.satisfies(guard) for guard in self.guards)


def lines(script: str) -> Iterator[Line]:
    for number, text in enumerate(script.splitlines(), 1):
        text, guards = text.strip(), []
        while guard := _GUARD.match(text):
            guards.append(guard)
            text = text[guard.end() :]
        if (not text and not guards) or text.startswith("#"):
            continue
        if text.startswith("["):
            raise ScenarioError(f"line {number}: malformed condition: {text}")
        try:
            words = shlex.split(text.removeprefix("!"))
        except ValueError as error:
            raise ScenarioError(f"line {number}: {error}: {text}") from None
        if not words:
            raise ScenarioError(f"line {number}: nothing to do: {text}")
        yield Line(number, tuple(guards), text.startswith("!"), words[0], tuple(words[1:]))


class Script:
    """One run of an archive's script. `changed` holds the expectations to rewrite, if `update` was asked for.

    `online`: whatever is planned lets others work on, however small a table is. `prove`: the dev database on which
    each migration's plan is proved before it runs, in place of all other judging; `proofs` holds what came of it.
    """

    def __init__(
        self,
        archive: Archive,
        workdir: Path,
        platform: Platform,
        server: AnyServer,
        main: Main,
        update: bool = False,
        *,
        online: bool = False,
        prove: str | None = None,
    ) -> None:
        self.archive, self.workdir, self.platform, self.server = archive, workdir, platform, server
        self.main, self.update, self.online, self.prove = main, update, online, prove
        self.proofs: list[Proof] = []
        self.changed: dict[str, str] = {}
        self.roles: list[str] = []
        self.stdout = self.stderr = self.input = ""
        self.code = 0
        self.environment = {"SCHEMACTL_ONLINE": "true"} if online else {}

    def run(self) -> None:
        self.archive.unpack(self.workdir)
        try:
            with self.server.database() as self.database:
                for line in lines(self.archive.script):
                    if line.applies(self.platform):
                        self._run(line)
        finally:
            # The scenario may be run in another way on the same server.
            if isinstance(self.server, Server):
                self.server.forget(self.roles)

    def _run(self, line: Line) -> None:
        command, least, most = _COMMANDS.get(line.name, (None, 0, 0))
        shown = f"line {line.number}: {'! ' if line.negated else ''}{shlex.join((line.name, *line.args))}"
        if command is None:
            raise ScenarioError(f"{shown}\nunknown command; there are: {', '.join(sorted(_COMMANDS))}")
        if line.negated and line.name not in _NEGATABLE:
            raise ScenarioError(f"{shown}\n{line.name} cannot be negated")
        if len(line.args) < least or (most is not None and len(line.args) > most):
            raise ScenarioError(f"{shown}\n{line.name} was given {len(line.args)} arguments")
        try:
            command(self, line.negated, [self._expanded(arg) for arg in line.args])
        except AssertionError as error:
            raise ScenarioError(f"{shown}\n{error}") from None

    # What is particular to one run: put into what commands are given, and taken out of what they print.

    def _expanded(self, text: str) -> str:
        text = text.replace("$URL", self.database.url).replace("$WORK", str(self.workdir))
        return re.sub(r"(?<!\\)\$DATABASE", self.database.name, text)  # a pattern has \$DATABASE: what is printed

    def _normalised(self, text: str) -> str:
        authority = f"{HOST}:{self.server.port}"
        text = re.sub(rf"\w+://(?:[^\s@/]*@)?{re.escape(authority)}/{self.database.name}\b", "$URL", text)
        text = text.replace(str(self.workdir), "$WORK").replace(authority, "$HOST")
        text = re.sub(rf"\b{self.database.name}\b", "$DATABASE", text)
        return _DURATION.sub("$TIME", _DIGEST.sub("schemactl: plan", text))

    # Files.

    def _path(self, name: str) -> Path:
        path = self.workdir / name
        if not path.exists():
            raise AssertionError(f"the scenario has no file {name}")
        return path

    def _sql(self, name: str) -> str:
        """The SQL of a file, or of a directory's files by their names."""
        path = self._path(name)
        files = sorted(path.rglob("*.sql")) if path.is_dir() else [path]
        return "\n".join(file.read_text(encoding="utf-8") for file in files)

    def _expect(self, got: str, name: str, source: str) -> None:
        """Hold a text against an expectation, or make it the expectation."""
        if self.update:
            if got != self.archive.files.get(name):
                self.changed[name] = got
            return
        if name not in self.archive.files:
            raise AssertionError(f"the scenario has no file {name}; `--update` writes it")
        if diff := _diff(self.archive.files[name], got, name, source):
            raise AssertionError(f"{diff}If what was printed is right, `--update` makes it the expectation.")

    # Commands.

    def exec(self, negated: bool, args: list[str]) -> None:
        """Run a file's SQL on the database; negated, the server rejects it, and its message is the new stderr."""
        text = self._sql(args[0])
        self.roles += _ROLE.findall(text)
        try:
            self.database.execute(text)
        except ERRORS as error:
            self.stdout, self.stderr = "", f"{message(error)}\n"
            if not negated:
                raise AssertionError(f"the server rejects {args[0]}: {message(error)}") from None
            return
        if negated:
            raise AssertionError("the server accepts it")

    def query(self, negated: bool, args: list[str]) -> None:
        rows = self.database.query(self._sql(args[0]))
        got = "".join("\t".join("NULL" if cell is None else cell for cell in row) + "\n" for row in rows)
        self._expect(got, args[1], "rows")

    def schemactl(self, negated: bool, args: list[str]) -> None:
        self._call(args)
        if (self.code != 0) != negated:
            raise AssertionError(f"exit code {self.code}\n{self.stdout}{self.stderr}")

    def _call(self, args: list[str]) -> None:
        """Run the command line in this process, as a shell would in the scenario's directory."""
        buffers = io.BytesIO(), io.BytesIO()
        out, err = (io.TextIOWrapper(buffer, encoding="utf-8", write_through=True) for buffer in buffers)
        with pytest.MonkeyPatch.context() as patch:
            for name in [name for name in os.environ if name.startswith(_SETTINGS)]:
                patch.delenv(name)
            for name, value in {"NO_COLOR": "1", "COLUMNS": "120", **self.environment}.items():
                patch.setenv(name, value)
            patch.chdir(self.workdir)
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(self.input.encode()), encoding="utf-8"))
            patch.setattr(sys, "stdout", out)
            patch.setattr(sys, "stderr", err)
            try:
                self.code = self.main(args)
            except SystemExit as exit_:
                self.code = exit_.code if isinstance(exit_.code, int) else int(exit_.code is not None)
        self.input = ""
        printed = [buffer.getvalue().decode() for buffer in buffers]
        self.stdout, self.stderr = map(self._normalised, printed)
        # Two laws that hold whatever a scenario is about.
        if any(secret in text for text in printed for secret in (PASSWORD, quote(PASSWORD, safe=""), quote(PASSWORD))):
            raise AssertionError(f"the password of the database is in what schemactl printed\n{''.join(printed)}")
        if "Traceback (most recent call last)" in printed[1]:
            raise AssertionError(f"a traceback was shown to the user\n{printed[1]}")

    def exit(self, negated: bool, args: list[str]) -> None:
        if self.code != int(args[0]):
            raise AssertionError(f"exit code {self.code}\n{self.stdout}{self.stderr}")

    def grep_stdout(self, negated: bool, args: list[str]) -> None:
        _grep(self.stdout, negated, args[0])

    def grep_stderr(self, negated: bool, args: list[str]) -> None:
        _grep(self.stderr, negated, args[0])

    def cmp(self, negated: bool, args: list[str]) -> None:
        source, name = args
        printed = {"stdout": self.stdout, "stderr": self.stderr}
        got = printed[source] if source in printed else self._normalised(self._path(source).read_text(encoding="utf-8"))
        if not negated:
            self._expect(got, name, source)
        elif got == self._path(name).read_text(encoding="utf-8"):
            raise AssertionError("they are the same")

    def stdin(self, negated: bool, args: list[str]) -> None:
        self.input = self._path(args[0]).read_text(encoding="utf-8")

    def env(self, negated: bool, args: list[str]) -> None:
        name, equals, value = args[0].partition("=")
        if not equals:
            raise AssertionError("env NAME=VALUE")
        self.environment[name] = value

    def expand(self, negated: bool, args: list[str]) -> None:
        path = self._path(args[0])
        path.write_text(self._expanded(path.read_text(encoding="utf-8")), encoding="utf-8")

    def only(self, negated: bool, args: list[str]) -> None:
        """Nothing here: the collector has heeded it."""

    def server_(self, negated: bool, args: list[str]) -> None:
        """Nothing here: the collector has chosen a server of these options."""

    def migrate(self, negated: bool, args: list[str]) -> None:
        """Bring the database from one schema to another, and let the server judge."""
        first_option = next((i for i, arg in enumerate(args) if arg.startswith("--")), len(args))
        names, options = args[:first_option], args[first_option:]
        if len(names) not in (2, 3):
            raise AssertionError("migrate FROM TO [PLAN] [--OPTION...]")
        before, after, *plan = names
        if before != "-":
            self.exec(False, [before])
            if self.prove is None:
                self._prove(before, options)
        if self.prove is not None:
            self._proved(after, options, self.prove)
            return
        target = ["--url", self.database.url, "--to", after, *options]

        self._step("the plan failed", "plan", *target, "--format", "sql")
        if plan and not self.online:  # it is another way, to the same end
            self._expect(self.stdout, plan[0], "plan")
        self._watch(after, options)
        self._step("applying the plan failed", "apply", *target, "--auto-approve", "--allow", "all")
        self._judge(after)
        self._step("the second plan is not empty", "plan", *target, "--detailed-exitcode")
        printed = self._prove(after, options)
        target = ["--url", self.database.url, "--to", printed, *options]
        self._step("what was inspected, printed as SQL, is another schema", "plan", *target, "--detailed-exitcode")

    def _proved(self, after: str, options: list[str], dev: str) -> None:
        """The plan is not refuted; then it is carried out, for what the script does next."""
        target = ["--url", self.database.url, "--to", after, *options]
        self._step("the plan is refuted", "plan", *target, "--prove", "--dev-url", dev, "--out", "proved.json")
        plan = decode((self.workdir / "proved.json").read_bytes())
        if plan.proof is not None:
            self.proofs.append(plan.proof)
        self._step("applying the plan failed", "apply", *target, "--auto-approve", "--allow", "all")

    def _watch(self, after: str, options: list[str]) -> None:
        """In a copy of the database, no step of the plan does what it did not say. On Postgres, whose steps say it."""
        if not isinstance(self.server, Server):
            return
        file = self.workdir / "watched.json"
        way = "--online" if self.online else "--no-online"
        with self.server.database(template=self.database.name) as copy:
            self._step(
                "the plan failed",
                "plan",
                "--url",
                copy.url,
                "--to",
                after,
                *options,
                # The same statements, told of as if there were many rows.
                way,
                "--small-table",
                "0",
                "--format",
                "json",
                "--out",
                str(file),
            )
            with copy.connect() as connection:
                if schemas := [value for name, value in pairwise(options) if name == "--schema"]:
                    connection.execute(f'SET search_path = "{schemas[0]}", public'.encode())
                found = list(said.differences(connection, decode(file.read_bytes())))
        if found:
            raise AssertionError("a step does what it does not say\n" + "\n".join(found))

    def _step(self, failure: str, *args: str) -> None:
        self._call(list(args))
        if self.code:
            raise AssertionError(f"{failure}: exit code {self.code}\n{self.stdout}{self.stderr}")

    def _prove(self, state: str, options: list[str]) -> str:
        """What is inspected, printed as SQL: the server makes the same of it in an empty database. Returns the file."""
        self._step(f"inspecting {state} failed", "inspect", self.database.url, *options)
        printed = self.workdir / "inspected.sql"
        printed.write_text(self.stdout, encoding="utf-8")
        whole = not _SCOPE & {option.partition("=")[0] for option in options}
        if whole and (diff := proof.refutation(self.server, self.database, self.stdout)):
            raise AssertionError(f"what was inspected of {state} makes another database\n{diff}")
        return str(printed)

    def _judge(self, after: str) -> None:
        """The catalogue is that of a fresh database in which the desired schema was executed as it stands."""
        desired = self._sql(after)
        want = proof.facts_of(self.server, desired, after)
        if diff := catalog.difference(catalog.facts(self.database), want, desired):
            raise AssertionError(f"the database does not hold what {after} says\n{diff}")


#: Options under which only a part of the database is inspected.
_SCOPE = frozenset({"--schema", "--exclude", "--include"})
_NEGATABLE = frozenset({"exec", "schemactl", "stdout", "stderr", "cmp"})
# Name: what it does, and how many arguments it takes at least and at most.
_COMMANDS: dict[str, tuple[Callable[[Script, bool, list[str]], None], int, int | None]] = {
    "cmp": (Script.cmp, 2, 2),
    "env": (Script.env, 1, 1),
    "exec": (Script.exec, 1, 1),
    "exit": (Script.exit, 1, 1),
    "expand": (Script.expand, 1, 1),
    "migrate": (Script.migrate, 2, None),
    "only": (Script.only, 1, None),
    "query": (Script.query, 2, 2),
    "schemactl": (Script.schemactl, 1, None),
    "server": (Script.server_, 1, None),
    "stderr": (Script.grep_stderr, 1, 1),
    "stdin": (Script.stdin, 1, 1),
    "stdout": (Script.grep_stdout, 1, 1),
}


def _grep(text: str, negated: bool, pattern: str) -> None:
    if bool(re.search(pattern, text, re.MULTILINE)) == negated:
        raise AssertionError(f"{pattern!r} {'found' if negated else 'not found'} in:\n{text}")


def _diff(want: str, got: str, wanted: str, source: str) -> str:
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ no line break at the end\n"
        for line in difflib.unified_diff(want.splitlines(True), got.splitlines(True), wanted, source)
    )
