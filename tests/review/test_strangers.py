"""What a change must not get by a review of it: secrets of whoever runs it, files outside of the tree, a say in its own run."""

from __future__ import annotations

import os
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.review.conftest import committed, git
from tests.review.platform import World
from tests.review.test_manifests import USERS, WIDER, manifest, write

CREDENTIALS = """credentials:
    scheme: postgres
    user: me
    database: app
    parameters: {sslmode: disable}
    port: %d
    hostFrom: {secretKeyRef: {name: place, key: host}}
    passwordFrom: {secretKeyRef: {name: creds, key: password}}"""
PLACE = "apiVersion: v1\nkind: Secret\nmetadata: {name: place}\nstringData: {host: %s}\n"


#: Version 3.0 of Postgres's protocol, as a startup message says it.
_PROTOCOL = 196608


class Host:
    """A Postgres of a stranger's, which asks whoever comes for a password, and keeps it."""

    def __init__(self) -> None:
        self.came = 0
        self.passwords: list[bytes] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                with client, suppress(OSError, struct.error):
                    client.settimeout(10)
                    size, version = struct.unpack("!II", client.recv(8))
                    if version != _PROTOCOL:
                        continue  # somebody of another test, who takes our port for theirs
                    self.came += 1
                    client.recv(size - 8)
                    client.send(b"R" + struct.pack("!II", 8, 3))  # the password, as it is
                    if answer := client.recv(200):
                        self.passwords.append(answer[5:-1])


@contextmanager
def stranger() -> Iterator[Host]:
    host = Host()
    try:
        yield host
    finally:
        host.listener.close()


@pytest.fixture(autouse=True)
def repository(tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [it for it in os.environ if it.startswith(("SCHEMACTL_", "PG"))]:
        monkeypatch.delenv(name)
    top = tmp_path / "repository"
    top.mkdir()
    monkeypatch.chdir(top)
    git("init", "--quiet")
    (top / "readme").write_text("")
    committed()
    git("checkout", "--quiet", "-b", "change")


REVIEW = ("review", "--manifests", "deploy", "--no-post")


@pytest.mark.parametrize("base", [True, False], ids=["base", "no-base"])
def test_a_host_in_a_secret_of_the_tree_is_where_the_change_says(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, base: bool
) -> None:
    monkeypatch.setenv("SCHEMACTL_SECRET_CREDS_PASSWORD", "hunter2")
    with stranger() as host:
        write("app", manifest("app", USERS, CREDENTIALS % host.port))
        write("place", PLACE % "db.example.org")
        git("checkout", "--quiet", "-B", "main")
        committed("as it was")
        git("checkout", "--quiet", "-B", "change")
        write("place", PLACE % "127.0.0.1")
        write("app", manifest("app", WIDER, CREDENTIALS % host.port))
        done = cli(*REVIEW, *(("--base", "main") if base else ()))
        assert host.came == 0
    said = "no secret is sent to where a change says" if base else "there is no base to compare with"
    assert said in done.out + done.err
    assert "hunter2" not in done.out + done.err


@pytest.mark.parametrize("option", ["", "&passfile=pass", "&service=prod"])
def test_no_password_of_the_environment_goes_to_a_host_of_the_change(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, option: str
) -> None:
    monkeypatch.setenv("PGPASSWORD", "hunter2")
    monkeypatch.setenv("PGPASSFILE", str(tmp_path / "pass"))
    for place in (tmp_path / "pass", Path("pass")):
        place.write_text("*:*:*:*:hunter3\n")
        place.chmod(0o600)
    with stranger() as host:
        write("app", manifest("app", USERS, f"url: postgresql://me@127.0.0.1:{host.port}/app?sslmode=disable{option}"))
        done = cli(*REVIEW, "--base", "main")
        assert bool(host.came) == (not option)
        assert host.passwords == []
    assert "hunter" not in done.out + done.err
    assert os.environ["PGPASSWORD"] == "hunter2", "it is whose review it is again"


@pytest.mark.parametrize("option", ["local_infile=1", "read_default_file=/etc/passwd", "client_flag=128"])
def test_no_option_of_a_url_opens_files_to_a_server(cli: Cli, option: str) -> None:
    write("app", manifest("app", USERS, f"url: mysql://me@127.0.0.1:1/app?{option}"))
    done = cli(*REVIEW, "--base", "main")
    said = (done.out + done.err).replace("\\_", "_")
    assert f"the URL has an option that is not taken: {option.partition('=')[0]}" in said


@pytest.mark.parametrize(
    "setting", ["change", "post", "output", "sarif", "artifacts", "run", "name", "approve", "out", "base"]
)
def test_settings_say_nothing_of_one_run(cli: Cli, world: World, tmp_path: Path, setting: str) -> None:
    write("app", manifest("app", USERS))
    outside = tmp_path / "outside"
    Path("schemactl.toml").write_text(f'{setting} = "{outside}"\n')
    done = cli("review", "--manifests", "deploy", "--base", "main", "--offline", "--dialect", "postgresql")
    assert done.code == 64
    assert f"'{setting}' is of one run, and is not taken from settings" in done.err
    assert not outside.exists()
    assert world.requests == []


def test_a_link_leads_to_no_file_outside_of_the_tree(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "outside.sql").write_text("CREATE TABLE hidden (id integer);")
    write("app", f"{manifest('app', '').partition('  schema:')[0]}  schema: {{url: 'file://schema'}}\n")
    Path("deploy/schema").mkdir()
    Path("deploy/schema/app.sql").symlink_to(tmp_path / "outside.sql")
    done = cli(*REVIEW, "--base", "main", "--offline", "--dialect", "postgresql")
    assert "outside of the directory of the manifests" in done.out + done.err
    assert "hidden" not in done.out + done.err


SETTINGS = 'to = "schema.sql"\n'
WIDE, NARROW = "CREATE TABLE t (id bigint PRIMARY KEY, a text);\n", "CREATE TABLE t (id bigint PRIMARY KEY);\n"
EASY = """
fail-on = "never"
[policy]
data-loss = "allow"
[env.prod]
[env.prod.policy]
data-loss = "allow"
"""


def merged(settings: str) -> None:
    """What the change begins at."""
    Path("schema.sql").write_text(WIDE)
    Path("schemactl.toml").write_text(settings)
    git("checkout", "--quiet", "-B", "main")
    committed("as it was")
    git("checkout", "--quiet", "-B", "change")


@pytest.mark.parametrize("before", [SETTINGS, f"{SETTINGS}[env.prod]\n", ""], ids=["top", "environment", "no file"])
def test_a_change_is_judged_by_what_its_base_says(cli: Cli, before: str) -> None:
    merged(before)
    if not before:
        Path("schemactl.toml").unlink()
        committed("without")
        git("branch", "--force", "main")
    Path("schemactl.toml").write_text(f"{SETTINGS}{EASY}")
    Path("schema.sql").write_text(NARROW)
    done = cli("review", "--offline", "--base", "main", "--no-post")
    assert done.code == 3
    assert "1 refused" in done.out
    assert "it is judged by what its base says there" in done.out
    assert "fail-on is what main says" in done.err
    committed("merged")
    git("branch", "--force", "main")
    Path("schema.sql").write_text("CREATE TABLE t (a text);\n")
    assert cli("review", "--offline", "--base", "main", "--no-post").code == 0


def test_what_is_looked_at_is_no_choice_of_the_change(cli: Cli) -> None:
    merged(f'{SETTINGS}target = ["prod"]\n[env.prod]\n[env.stage]\n')
    Path("schemactl.toml").write_text(f'{SETTINGS}target = ["stage"]\n[env.prod]\n[env.stage]\n')
    Path("schema.sql").write_text(NARROW)
    assert "| `prod` |" in cli("review", "--offline", "--base", "main", "--no-post").out
    on_purpose = cli("review", "--target", "stage", "--offline", "--base", "main", "--no-post")
    assert "| `stage` |" in on_purpose.out and "`prod`" not in on_purpose.out


@pytest.mark.parametrize("where", ["url", "dev-url", "the base's"])
def test_a_url_of_the_change_gets_no_password_of_the_environment(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    monkeypatch.setenv("PGPASSWORD", "hunter2")
    with stranger() as host:
        url = f"postgresql://me@127.0.0.1:{host.port}/app?sslmode=disable"
        theirs = f'{SETTINGS}[env.prod]\nurl = "{url}"\n'
        merged(theirs if where == "the base's" else f"{SETTINGS}[env.prod]\n")
        if where == "dev-url":
            theirs = f'{SETTINGS}[env.prod]\nurl = "postgresql://me@127.0.0.1:1/app"\ndev-url = "{url}"\n'
        Path("schemactl.toml").write_text(theirs)
        done = cli("review", "--base", "main", "--no-post", *(["--prove"] if where == "dev-url" else []))
        assert done.code == 1, done.err
        assert host.passwords == ([b"hunter2"] if where == "the base's" else [])
    assert "hunter" not in done.out + done.err
    assert os.environ["PGPASSWORD"] == "hunter2"


@pytest.mark.parametrize(
    ("option", "said"),
    [("passfile=pass", "holds a password"), ("service=prod", "the URL has the option service")],
)
@pytest.mark.parametrize("where", ["url", "dev-url"])
def test_a_url_of_the_change_takes_no_password_that_is_kept_here(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, where: str, option: str, said: str
) -> None:
    monkeypatch.setenv("PGSERVICEFILE", "services")
    Path("pass").write_text("*:*:*:*:hunter3\n")
    Path("pass").chmod(0o600)
    Path("services").write_text("[prod]\npassword=hunter3\n")
    merged(SETTINGS)
    with stranger() as host:
        url = f"postgresql://me@127.0.0.1:{host.port}/app?sslmode=disable&{option}"
        other = 'url = "postgresql://me@127.0.0.1:1/app"\n' if where == "dev-url" else ""
        Path("schemactl.toml").write_text(f'{SETTINGS}[env.prod]\n{other}{where} = "{url}"\n')
        done = cli("review", "--base", "main", "--no-post")
        assert done.code
        assert said in done.out + done.err
        assert host.came == 0
    assert "hunter" not in done.out + done.err


@pytest.mark.parametrize("how", ['{ env = "DEPLOY_KEY" }', '{ file = "key" }'])
def test_a_secret_that_is_taken_for_a_url_is_not_shown(cli: Cli, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    monkeypatch.setenv("DEPLOY_KEY", "hunter2-is-the-key")
    Path("key").write_text("hunter2-is-the-key\n")
    merged(SETTINGS)
    Path("schemactl.toml").write_text(f"{SETTINGS}[env.prod]\nurl = {how}\n")
    done = cli("review", "--base", "main", "--no-post")
    assert done.code in (1, 64)
    assert "hunter2" not in done.out + done.err
