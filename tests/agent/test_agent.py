"""`schemactl agent` as a process, from end to end."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import pytest

from tests.support.servers import Database

ROOT = Path(__file__).parents[2]
QUICKSTART = ROOT / "examples" / "quickstart"
USERS = "CREATE TABLE users (id integer PRIMARY KEY, nick text);"
PATIENCE = 60.0

pytestmark = pytest.mark.newest_postgres


def manifest(name: str, sql: str = USERS, *, url: str = "", secret: str = "creds", more: str = "") -> str:
    target = f"  url: {json.dumps(url)}" if url else f"  urlFrom: {{secretKeyRef: {{name: {secret}, key: url}}}}"
    return (
        "apiVersion: db.atlasgo.io/v1alpha1\nkind: AtlasSchema\n"
        f"metadata: {{name: {name}}}\nspec:\n{target}\n  schema: {{sql: {json.dumps(sql)}}}\n{more}"
    )


def secret(url: str, name: str = "creds") -> str:
    return f"apiVersion: v1\nkind: Secret\nmetadata: {{name: {name}}}\nstringData: {{url: {json.dumps(url)}}}\n"


def command(arguments: tuple[str, ...]) -> list[str]:
    return [sys.executable, "-m", "schemactl", "agent", *arguments]


def environment(extra: dict[str, str] | None) -> dict[str, str]:
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("SCHEMACTL_")}
    return {**inherited, **(extra or {})}


def once(directory: Path, *arguments: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command((str(directory), "--once", *arguments)),
        cwd=ROOT,
        env=environment(env),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )


class Running:
    """An agent in the background, and all that it printed so far."""

    def __init__(self, process: subprocess.Popen[str], log: Path) -> None:
        self.process = process
        self._log = log

    @property
    def text(self) -> str:
        return self._log.read_text(encoding="utf-8")

    def wait_for(self, text: str, times: int = 1) -> None:
        until = time.monotonic() + PATIENCE
        while self.text.count(text) < times:
            assert self.process.poll() is None, self.text
            assert time.monotonic() < until, f"no {text!r} in:\n{self.text}"
            time.sleep(0.05)

    def stop(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)


@contextmanager
def running(directory: Path, *arguments: str, env: dict[str, str] | None = None) -> Iterator[Running]:
    log = directory.parent / "agent.log"
    with log.open("w") as stream:
        process = subprocess.Popen(
            command((str(directory), "--interval", "1s", *arguments)),
            cwd=ROOT,
            env=environment(env),
            stdout=stream,
            stderr=subprocess.STDOUT,
            text=True,
        )
    try:
        yield Running(process, log)
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    directory = tmp_path / "deploy"
    directory.mkdir()
    return directory


def has_nick(database: Database) -> bool:
    query = "SELECT 1 FROM information_schema.columns WHERE table_name = 'users' AND column_name = 'nick'"
    return database.query(query) != []


def password(database: Database) -> str:
    return unquote(urlsplit(database.url).password or "")


def assert_no_password(text: str, database: Database) -> None:
    assert password(database) not in text
    assert quote(password(database), safe="") not in text


def test_quickstart_once_with_the_secret_from_the_environment(postgres_database: Database) -> None:
    env = {"SCHEMACTL_SECRET_POSTGRES_CREDENTIALS_URL": postgres_database.url}
    done = once(QUICKSTART, env=env)
    assert done.returncode == 0, done.stderr
    assert "default/myapp  applied   CREATE TABLE" in done.stdout
    assert done.stdout.splitlines()[-2].split()[:4] == ["NAME", "READY", "REASON", "DRIFTED"]
    assert done.stdout.splitlines()[-1].split()[:4] == ["default/myapp", "True", "Applied", "False"]
    assert_no_password(done.stdout + done.stderr, postgres_database)
    again = once(QUICKSTART, env=env)
    assert again.returncode == 0
    assert "applied " not in again.stdout


def test_drift_is_healed_until_sigterm(postgres_database: Database, tree: Path) -> None:
    (tree / "app.yaml").write_text(manifest("app") + "---\n" + secret(postgres_database.url))
    with running(tree) as agent:
        agent.wait_for("default/app  applied")
        postgres_database.execute("ALTER TABLE users DROP COLUMN nick")
        agent.wait_for("default/app  drift")
        agent.wait_for("default/app  healed")
        assert has_nick(postgres_database)
        assert agent.stop(signal.SIGTERM) == 0
        assert agent.text.splitlines()[-1].startswith("default/app  True")
        assert_no_password(agent.text, postgres_database)


def test_sigint_exits_with_130(postgres_database: Database, tree: Path) -> None:
    (tree / "app.yaml").write_text(manifest("app", url=postgres_database.url))
    with running(tree) as agent:
        agent.wait_for("applied")
        assert agent.stop(signal.SIGINT) == 130
        assert "Traceback" not in agent.text


def test_a_second_signal_cancels_the_step_in_hand(postgres_database: Database, tree: Path) -> None:
    """As on the command line: the first one waits for a lock as long as it takes."""
    postgres_database.execute("CREATE TABLE users (id int PRIMARY KEY)")
    waits = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    (tree / "app.yaml").write_text(manifest("app", url=postgres_database.url))
    with postgres_database.connect() as other, other.transaction():
        other.execute("SELECT * FROM users")
        with running(tree, "--lock-timeout", "120s") as agent:
            until = time.monotonic() + PATIENCE
            while not postgres_database.query(waits):
                assert time.monotonic() < until, agent.text
                time.sleep(0.05)
            agent.process.send_signal(signal.SIGTERM)
            with pytest.raises(subprocess.TimeoutExpired):  # it waits: nothing has cancelled the statement
                agent.process.wait(1)
            assert agent.stop(signal.SIGTERM) == 0
            assert "cancelled" in agent.text
        assert postgres_database.query(waits) == []
    assert not has_nick(postgres_database)


def test_changes_of_manifests_are_noticed(postgres_database: Database, tree: Path) -> None:
    source = tree / "app.yaml"
    source.write_text(manifest("app", url=postgres_database.url, more="  suspend: false\n"))
    with running(tree, "--interval", "1h") as agent:
        agent.wait_for("applied")
        source.write_text(manifest("app", USERS + "CREATE TABLE more (i integer);", url=postgres_database.url))
        agent.wait_for("applied   CREATE TABLE public.more")
        source.write_text("apiVersion: [broken\n")
        agent.wait_for(f"E401 {source}:")
        source.write_text(manifest("app", url=postgres_database.url))
        agent.wait_for("default/app  waiting   DROP TABLE")
        source.write_text(manifest("app", url=postgres_database.url, more="  policy: {allow: [DROPS_TABLE]}\n"))
        agent.wait_for("applied   DROP TABLE")
        (tree / "other.yaml").write_text(manifest("other", url=postgres_database.url))
        source.unlink()
        agent.wait_for("default/app  forgotten")
        agent.wait_for("default/other  ready")
        assert agent.text.count("E401") == 1
        assert agent.stop(signal.SIGTERM) == 0


def test_a_plan_that_waits_is_approved_in_the_manifest(postgres_database: Database, tree: Path) -> None:
    source = tree / "app.yaml"
    postgres_database.execute("CREATE TABLE legacy (i integer)")
    source.write_text(manifest("app", url=postgres_database.url))
    done = once(tree)
    assert done.returncode == 3, done.stdout + done.stderr
    digest = re.search(r"approved-plan: (sha256:[0-9a-f]{64})", done.stdout)
    assert digest is not None, done.stdout
    annotated = f"{{name: app, annotations: {{db.atlasgo.io/approved-plan: '{digest[1]}'}}}}"
    with running(tree, "--interval", "1h") as agent:
        agent.wait_for("waiting")
        source.write_text(source.read_text().replace("{name: app}", annotated))
        agent.wait_for("applied   DROP TABLE")
        assert agent.stop(signal.SIGTERM) == 0


def test_a_schema_in_a_file_beside_the_manifest(postgres_database: Database, tree: Path) -> None:
    text = manifest("app", url=postgres_database.url).replace(f"{{sql: {json.dumps(USERS)}}}", "{url: 'file://sql'}")
    (tree / "app.yaml").write_text(text)
    with running(tree, "--interval", "1h") as agent:
        agent.wait_for("E402")
        (tree / "sql").mkdir()
        (tree / "sql" / "users.sql").write_text(USERS)
        agent.wait_for("applied   CREATE TABLE public.users")
        (tree / "sql" / "more.sql").write_text("CREATE TABLE more (i integer);")
        agent.wait_for("applied   CREATE TABLE public.more")
        (tree / "app.yaml").write_text(text.replace("file://sql", "file://../outside.sql"))
        agent.wait_for("outside of the directory")
        (tree / "app.yaml").write_text(text.replace("file://sql", "git://host/repo"))
        agent.wait_for("E403")
        assert agent.stop(signal.SIGTERM) == 0


def test_missing_secret_that_arrives_later(postgres_database: Database, tree: Path) -> None:
    (tree / "app.yaml").write_text(manifest("app"))
    with running(tree) as agent:
        agent.wait_for("E402")
        (tree / "secret.yml").write_text(secret(postgres_database.url))
        agent.wait_for("applied")
        assert agent.stop(signal.SIGTERM) == 0


def test_one_error_stops_nobody_else(postgres_database: Database, tree: Path) -> None:
    (tree / "a-broken.yaml").write_text("apiVersion: v1\nkind: [\n")
    (tree / "b-wrong.yaml").write_text(manifest("wrong", url="postgresql://me:hidden@h/d", more="  colour: red\n"))
    (tree / "c-migration.yaml").write_text(manifest("old").replace("AtlasSchema", "AtlasMigration"))
    (tree / "d-missing.yaml").write_text(manifest("missing", secret="nowhere"))
    (tree / "e-syntax.yaml").write_text(manifest("syntax", "CREATE TABEL t ();", url=postgres_database.url))
    (tree / "f-down.yaml").write_text(manifest("down", url="postgresql://me:hidden@127.0.0.1:1/d"))
    (tree / "g-good.yaml").write_text(manifest("good", url=postgres_database.url))
    (tree / "h-good-twice.yaml").write_text(manifest("good", url=postgres_database.url))
    (tree / "i-deployment.yaml").write_text("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\n")
    done = once(tree)
    assert done.returncode == 1
    for told in (
        f"E401 {tree}/a-broken.yaml:3:1:",
        f"E401 {tree}/b-wrong.yaml:7:3: spec.colour: there is no such field",
        f"E401 {tree}/c-migration.yaml:2:1: kind: AtlasMigration",
        f"E402 {tree}/d-missing.yaml:5:3: spec.urlFrom: there is no key 'url' in a Secret 'nowhere'",
        "E101 default/syntax spec.schema.sql:1:",
        "E201",
        f"E401 {tree}/h-good-twice.yaml:1:1: default/good is declared twice, first at {tree}/g-good.yaml:1:1",
        f"Deployment ({tree}/i-deployment.yaml)",
    ):
        assert told in done.stderr
    rows = {line.split()[0]: line.split()[1] for line in done.stdout.splitlines() if not line[0].isdigit()}
    assert rows["default/good"] == "True"
    assert [name for name, ready in rows.items() if ready == "True"] == ["default/good"]
    assert has_nick(postgres_database)
    assert "hidden" not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert_no_password(done.stdout + done.stderr, postgres_database)


def test_exit_code_of_refusals(postgres_database: Database, tree: Path) -> None:
    postgres_database.execute("CREATE TABLE precious (i integer)")
    policy = "  policy: {lint: {destructive: {error: true}}}\n"
    (tree / "app.yaml").write_text(manifest("app", url=postgres_database.url, more=policy))
    done = once(tree)
    assert done.returncode == 3
    assert "E301" in done.stderr
    assert "FirstRunDestructive" in done.stdout
    assert "DROP TABLE" in done.stderr
    assert "DROPS_TABLE" in done.stderr
    assert postgres_database.query("SELECT 1 FROM precious") == []


def test_json(postgres_database: Database, tree: Path) -> None:
    (tree / "app.yaml").write_text(manifest("app", url=postgres_database.url))
    (tree / "broken.yaml").write_text(manifest("broken", secret="nowhere"))
    done = once(tree, "--format", "json")
    assert done.returncode == 1
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    events = {line["resource"]: line for line in lines if line["type"] == "event"}
    assert events["default/app"]["kind"] == "applied"
    assert (events["default/broken"]["kind"], events["default/broken"]["code"]) == ("stalled", "E402")
    assert lines[-1]["type"] == "status"
    statuses = {one["name"]: one["status"] for one in lines[-1]["resources"]}
    assert statuses["default/app"]["conditions"][0]["type"] == "Ready"
    assert statuses["default/app"]["observedGeneration"] == 1
    assert_no_password(done.stdout + done.stderr, postgres_database)


def test_config_map(postgres_database: Database, tree: Path) -> None:
    source = (
        "  urlFrom: {secretKeyRef: {name: creds, key: url}}\n  schema: {configMapKeyRef: {name: sql, key: s.sql}}\n"
    )
    head = "apiVersion: db.atlasgo.io/v1alpha1\nkind: AtlasSchema\nmetadata: {name: app, namespace: prod}\nspec:\n"
    metadata = "metadata: {name: sql, namespace: prod}"
    config_map = f"apiVersion: v1\nkind: ConfigMap\n{metadata}\ndata: {{s.sql: {json.dumps(USERS)}}}\n"
    (tree / "nested").mkdir()
    (tree / "nested" / "app.yaml").write_text(head + source)
    (tree / "sql.yaml").write_text(config_map)
    (tree / "secret.yaml").write_text(
        secret(postgres_database.url).replace("{name: creds}", "{name: creds, namespace: prod}")
    )
    done = once(tree)
    assert done.returncode == 0, done.stderr
    assert "prod/app  applied" in done.stdout


@pytest.mark.parametrize("there", ["nothing", "empty", "deployment"])
def test_nothing_to_reconcile(tmp_path: Path, there: str) -> None:
    directory = tmp_path / "deploy"
    if there != "nothing":
        directory.mkdir()
    if there == "deployment":
        (directory / "x.yaml").write_text("apiVersion: apps/v1\nkind: Deployment\n")
    done = once(directory)
    assert done.returncode == 1
    assert "E404" in done.stderr
    assert done.stdout == ""


def test_a_single_file(postgres_database: Database, tree: Path) -> None:
    shutil.copy(QUICKSTART / "atlasschema.yaml", tree / "app.yaml")
    env = {"SCHEMACTL_SECRET_POSTGRES_CREDENTIALS_URL": postgres_database.url}
    assert once(tree / "app.yaml", env=env).returncode == 0


def test_wrong_usage(tree: Path) -> None:
    assert once(tree, "--interval", "10ms").returncode == 64
    assert once(tree, "--workers", "0").returncode == 64
