"""Makes pytest collect scenario files: each is one item a server that it runs on."""

from __future__ import annotations

import fcntl
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.support.script import Line, Platform, ScenarioError, Script, lines
from tests.support.servers import Servers, images
from tests.support.txtar import Archive, MalformedArchive

SERVERS = pytest.StashKey[Servers]()
SCENARIOS = Path(__file__).parent.parent / "scenarios"


#: The commands of a scenario of which nothing but its migrations is judged.
_MIGRATING = frozenset({"exec", "migrate", "only"})
#: A dialect, which is a directory of scenarios and a fixture, and the images that it is tested on.
DIALECTS = {"mysql": ("mysql", "mariadb"), "postgres": ("postgres",)}


def chosen_images(dialect: str, config: pytest.Config) -> tuple[str, ...]:
    """The images of a dialect to run on: all, or those among the ones that `--pg`, `--my` and `--server` name."""
    of_dialect = images(*DIALECTS[dialect])
    named = {f"postgres:{version}" for version in config.getoption("--pg")}
    named.update(image for image in images(*DIALECTS["mysql"]) if image.partition(":")[2] in config.getoption("--my"))
    named.update(config.getoption("--server"))
    return tuple(image for image in of_dialect if not named or image in named)


class ScenarioFile(pytest.File):
    """A `.txtar` file under `tests/scenarios/DIALECT/`."""

    def collect(self) -> Iterable[pytest.Item]:
        try:
            archive = Archive.read(self.path)
            parsed = list(lines(archive.script))
            _check(archive, parsed)
            dialect = self.path.relative_to(SCENARIOS).parts[0]
            if dialect not in DIALECTS:
                raise ScenarioError(f"no server is known for scenarios of the dialect {dialect!r}")
            chosen = [image for image in chosen_images(dialect, self.config) if _runs_on(parsed, Platform.of(image))]
        except (MalformedArchive, ScenarioError) as error:
            raise self.CollectError(f"{self.path.name}: {error}") from None
        if self.config.getoption("--prove") and not any(line.name == "migrate" for line in parsed):
            return
        options = " ".join(word for line in parsed if line.name == "server" for word in line.args)
        for image in chosen:
            yield ScenarioItem.from_parent(self, name=Platform.of(image).id, image=image, options=options)
        if self.config.getoption("--prove"):
            return
        # The other way to the same end, whatever the size of a table: it differs by the server's kind and age.
        if all(line.name in _MIGRATING for line in parsed):
            for image in dict.fromkeys((*chosen[:1], *chosen[-1:])):
                name = f"{Platform.of(image).id}-online"
                yield ScenarioItem.from_parent(self, name=name, image=image, online=True)


class ScenarioItem(pytest.Item):
    """A scenario on one server; `options` are those that it was started with."""

    def __init__(self, *, image: str, options: str = "", online: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.image = image
        self.options = options
        self.online = online

    def runtest(self) -> None:
        from schemactl.cli import main  # a command line that cannot be imported is the failure of what runs it

        server = self.config.stash[SERVERS].get(f"{self.image} {self.options}".rstrip())
        workdir: Path = self.config._tmp_path_factory.mktemp(f"{self.path.stem}-{self.name}")  # type: ignore[attr-defined]
        update = bool(self.config.getoption("--update"))
        archive, platform = Archive.read(self.path), Platform.of(self.image)
        prove = self.config.getoption("--prove")
        script = Script(archive, workdir, platform, server, main, update, online=self.online, prove=prove)
        # Roles are a server's: one process after the other there, whichever way.
        lock = self.config.stash[SERVERS].directory / f"{self.path.stem} {self.image.replace(':', ' ')}.lock"
        with lock.open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            script.run()
        self.user_properties += [("proof", msgspec.to_builtins(proof)) for proof in script.proofs]
        if script.changed:
            _rewrite(self.path, script.changed)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None) -> str:
        if isinstance(excinfo.value, ScenarioError):
            return f"{self.path}: {excinfo.value}"
        return str(super().repr_failure(excinfo))

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, 0, f"{self.path.stem} [{self.name}]"


def _check(archive: Archive, parsed: list[Line]) -> None:
    """Refuse a scenario that seems to test what it does not."""
    if not archive.script.startswith("#"):
        raise ScenarioError("it must begin with a comment that says what it shows")
    if not any(line.name != "only" for line in parsed):
        raise ScenarioError("it has no command")
    words = {word for line in parsed for word in line.args}
    if any(line.guards for line in parsed if line.name == "server"):
        raise ScenarioError("`server` holds for the whole scenario: it takes no condition")
    for name, text in archive.files.items():
        others = "".join(other for key, other in archive.files.items() if key != name)
        if not ({name, *map(str, Path(name).parents)} & words or Path(name).name in others):
            raise ScenarioError(f"nothing uses its file {name}, which holds {len(text)} characters")


def _runs_on(parsed: Iterable[Line], platform: Platform) -> bool:
    """Whether every `only` of the script has a condition that holds."""
    return all(_any_holds(line, platform) for line in parsed if line.name == "only")


def _any_holds(line: Line, platform: Platform) -> bool:
    conditions = list(lines("\n".join(f"{arg} command" for arg in line.args)))
    if not all(condition.guards for condition in conditions):
        raise ScenarioError(f"line {line.number}: only [CONDITION]...")
    return any(condition.applies(platform) for condition in conditions)


def _rewrite(path: Path, changed: dict[str, str]) -> None:
    """Put expectations into a scenario file. Other workers may be doing the same for other servers."""
    with path.open("r+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        archive = Archive.parse(file.read())
        archive.files.update(changed)
        file.seek(0)
        file.write(archive.format())
        file.truncate()


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    if file_path.suffix == ".txtar" and SCENARIOS in file_path.parents:
        return ScenarioFile.from_parent(parent, path=file_path)
    return None
