"""A team's namespace, what it puts there, and an operator as a process of its own that looks after it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote, unquote, urlsplit

from tests.support.kube import ROOT, Kube, together
from tests.support.servers import Database

#: How long anything may take before it is said not to happen, in seconds.
PATIENCE = 60.0
USERS = "CREATE TABLE users (id integer PRIMARY KEY, nick text);"
Object = dict[str, Any]


def schema(name: str, sql: str = USERS, *, labels: dict[str, str] | None = None, **spec: Any) -> Object:
    """An AtlasSchema that takes its URL from the Secret `creds`, unless the spec says otherwise."""
    if not {"url", "urlFrom", "credentials"} & spec.keys():
        spec["urlFrom"] = {"secretKeyRef": {"name": "creds", "key": "url"}}
    spec.setdefault("schema", {"sql": sql})
    metadata: Object = {"name": name, "labels": labels or {}}
    return {"apiVersion": "db.atlasgo.io/v1alpha1", "kind": "AtlasSchema", "metadata": metadata, "spec": spec}


def secret(url: str, name: str = "creds", key: str = "url", *, watched: bool = True) -> Object:
    labels = {"db.atlasgo.io/watch": "Enabled"} if watched else {}
    metadata = {"name": name, "labels": labels}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": {key: url}}


def config_map(sql: str, name: str = "schema") -> Object:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"schema.sql": sql}}


def columns(database: Database, table: str = "users") -> list[str]:
    query = f"SELECT column_name FROM information_schema.columns WHERE table_name = '{table}' ORDER BY 1"
    return [str(row[0]) for row in database.query(query)]


def until(true: Callable[[], object], what: str, seconds: float = PATIENCE) -> None:
    """Wait for something to become true."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        time.sleep(0.05)


@dataclass(frozen=True, slots=True)
class Team:
    """A namespace, as its owners see it: by kubectl."""

    cluster: Kube
    name: str
    #: What all that is applied is labelled with.
    labels: dict[str, str]

    def kubectl(self, *arguments: str, given: str | None = None) -> str:
        return self.cluster.kubectl("-n", self.name, *arguments, given=given)

    def apply(self, *manifests: Object) -> None:
        for manifest in manifests:
            manifest["metadata"].setdefault("labels", {}).update(self.labels)
        self.kubectl("apply", "-f", "-", given=together(*manifests))

    def patch(self, name: str, spec: Object) -> None:
        self.kubectl("patch", "atlasschema", name, "--type=merge", "-p", json.dumps({"spec": spec}))

    def get(self, name: str) -> Object:
        found: Object = json.loads(self.kubectl("get", "atlasschema", name, "-o", "json"))
        return found

    def status(self, name: str) -> Object:
        found: Object = self.get(name).get("status", {})
        return found

    def condition(self, name: str, type_: str) -> Object:
        conditions = self.status(name).get("conditions", [])
        return next((one for one in conditions if one["type"] == type_), {})

    def wait(self, name: str, condition: str = "ready") -> None:
        """As people wait: `kubectl wait --for=condition=...`."""
        self.kubectl("wait", f"--for=condition={condition}", f"atlasschema/{name}", f"--timeout={PATIENCE:.0f}s")

    def wait_applied(self, name: str) -> None:
        """Ready, and of the generation that is there now."""
        until(lambda: self.is_current(name), f"{name} is Ready; it is: {self.status(name)}")

    def is_current(self, name: str) -> bool:
        found = self.get(name)
        ready = {c["type"]: c["status"] for c in found.get("status", {}).get("conditions", [])}.get("Ready")
        return ready == "True" and found["status"]["observedGeneration"] == found["metadata"]["generation"]

    def wait_reason(self, name: str, reason: str) -> Object:
        until(
            lambda: self.condition(name, "Ready").get("reason") == reason,
            f"{name} has the reason {reason}; it is: {self.status(name)}",
        )
        return self.condition(name, "Ready")

    @contextmanager
    def watching_for(self, name: str, condition: str) -> Iterator[None]:
        """`kubectl wait` that begins before what it waits for, since that may pass quickly."""
        arguments = ("-n", self.name, "wait", f"--for=condition={condition}", f"atlasschema/{name}")
        waiting = self.cluster.start(*arguments, f"--timeout={PATIENCE:.0f}s")
        time.sleep(1)  # until it watches, which nothing tells
        yield
        output, _ = waiting.communicate(timeout=PATIENCE + 10)
        assert waiting.returncode == 0, output

    def events(self) -> list[tuple[str, str, str]]:
        """Type, reason and message of each, oldest first."""
        found = json.loads(self.kubectl("get", "events", "--sort-by=.metadata.creationTimestamp", "-o", "json"))
        return [(one["type"], one["reason"], one["message"]) for one in found["items"]]

    def everything(self) -> str:
        """All that anybody with the right to read it may see, Secrets excepted."""
        return self.kubectl("get", "atlasschemas,events,configmaps,leases", "-o", "yaml")


@dataclass(slots=True)
class Running:
    """An operator, and what it logged."""

    process: subprocess.Popen[str]
    log: Path

    @classmethod
    @contextmanager
    def start(cls, team: Team, log: Path, arguments: tuple[str, ...], kubeconfig: Path | None) -> Iterator[Self]:
        environment = {key: value for key, value in os.environ.items() if not key.startswith("SCHEMACTL_")}
        command = [sys.executable, "-m", "schemactl", "operator", "--listen", "127.0.0.1:0"]
        with log.open("w") as stream:
            process = subprocess.Popen(
                [*command, "--lease-namespace", team.name, *arguments],
                cwd=ROOT,
                env={**environment, "KUBECONFIG": str(kubeconfig or team.cluster.operator)},
                stdout=stream,
                stderr=subprocess.STDOUT,
                text=True,
            )
        try:
            yield cls(process, log)
        finally:
            process.kill()
            process.wait()

    @property
    def text(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def lines(self) -> list[Object]:
        """The log, each line an object."""
        return [json.loads(line) for line in self.text.splitlines()]

    def wait_for(self, text: str, times: int = 1) -> None:
        until(lambda: self.text.count(text) >= times or self._died(), f"{text!r} in the log:\n{self.text}")
        assert self.text.count(text) >= times, self.text

    def _died(self) -> bool:
        return self.process.poll() is not None

    def get(self, path: str) -> tuple[int, str]:
        """Status and text of a path of its own port."""
        self.wait_for("listens on")
        line = next(line["msg"] for line in self.lines() if line["msg"].startswith("listens on"))
        try:
            with urllib.request.urlopen(f"http://{line.split()[-1]}{path}", timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def metric(self, series: str) -> float:
        """The value of a series as it is written, say `schemactl_resource_ready{name="a",namespace="b"}`."""
        text = self.get("/metrics")[1]
        return next(
            (float(line.rpartition(" ")[2]) for line in text.splitlines() if line.startswith(f"{series} ")), 0.0
        )

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)


def assert_no_password(text: str, url: str) -> None:
    password = unquote(urlsplit(url).password or "")
    assert password
    assert password not in text
    assert quote(password, safe="") not in text
