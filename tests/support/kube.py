"""A real Kubernetes API server for the tests: etcd and kube-apiserver on loopback, one pair for a whole test run.

Whichever worker of pytest-xdist first needs it starts a keeper, a process of its own that holds the two servers for as
long as the run lives: it waits for the lock on the file that the run keeps locked. So nothing is left of a run that was
killed. Each test takes a namespace of its own.

    python -m tests.support.kube DIR     the same for a developer, until Ctrl-C
"""

from __future__ import annotations

import base64
import contextlib
import ctypes
import datetime
import fcntl
import ipaddress
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

HOST = "127.0.0.1"
ROOT = Path(__file__).parents[2]
BUILD = ROOT / "tests" / "infra" / "kube" / "build.sh"
#: How long a start may take, in seconds: building kube-apiserver, once a machine, is in it.
STARTS_WITHIN = 1800.0
#: The users that tests act as, beside the admin: the operator's service account, as deploy/ binds it.
OPERATOR = "system:serviceaccount:schemactl:schemactl-operator"


class NoKube(Exception):
    """The API server did not start. Tests that need it fail: they are never skipped."""


@dataclass(frozen=True, slots=True)
class Kube:
    """A running API server. `kubeconfig` is the admin's, `operator` that of the operator's service account."""

    directory: Path
    kubectl_path: str
    port: int

    @property
    def kubeconfig(self) -> Path:
        return self.directory / "kubeconfig"

    @property
    def operator(self) -> Path:
        return self.directory / "operator.kubeconfig"

    def run(
        self, *arguments: str, given: str | None = None, timeout: float = 60, kubeconfig: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.kubectl_path, *arguments],
            env=self.environment(kubeconfig),
            input=given,
            text=True,
            capture_output=True,
            timeout=timeout,
        )

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """kubectl in the background: what waits for something that is yet to happen."""
        return subprocess.Popen(
            [self.kubectl_path, *arguments],
            env=self.environment(),
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def kubectl(self, *arguments: str, given: str | None = None, timeout: float = 60) -> str:
        """What kubectl prints. It fails the test where kubectl does."""
        done = self.run(*arguments, given=given, timeout=timeout)
        assert done.returncode == 0, f"kubectl {' '.join(arguments)}: {done.stderr}{done.stdout}"
        return done.stdout

    def apply(self, *manifests: dict[str, Any]) -> None:
        self.kubectl("apply", "-f", "-", given=together(*manifests))

    def once(self, what: str, prepare: Callable[[], None]) -> None:
        """Have this prepared by whichever worker of the run first asks, while the others wait: two that apply what is
        not there yet may both create it, and then one of them fails."""
        done = self.directory / f"{what}.done"
        with (self.directory / f"{what}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not done.exists():
                prepare()
                done.touch()

    def environment(self, kubeconfig: Path | None = None) -> dict[str, str]:
        return {**os.environ, "KUBECONFIG": str(kubeconfig or self.kubeconfig)}


def together(*manifests: dict[str, Any]) -> str:
    """Manifests as one document."""
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": manifests})


def kube(directory: Path, prepare: Callable[[Kube], None]) -> Kube:
    """The API server of the run whose directory this is (that of its database servers), started and prepared if it is
    not."""
    state = directory / "kube.json"
    with (directory / "kube.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not state.exists():
            found = _started_by_keeper(directory)
            if "error" not in found:
                prepare(_kube(found))
            state.write_text(json.dumps(found), encoding="utf-8")
    return _kube(json.loads(state.read_text(encoding="utf-8")))


def _kube(found: dict[str, Any]) -> Kube:
    if "error" in found:
        raise NoKube(found["error"])
    return Kube(Path(found["directory"]), found["kubectl"], found["port"])


def _started_by_keeper(directory: Path) -> dict[str, Any]:
    """Its state, or why there is none: the next test would wait in vain as long."""
    home = directory / "kube"
    home.mkdir()
    log = home / "keeper.log"
    with log.open("w") as stream:
        keeper = subprocess.Popen(
            [sys.executable, "-m", "tests.support.kube", str(home), str(directory / "alive")],
            cwd=ROOT,
            stdout=stream,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
        )
    ready = home / "ready.json"
    until = time.monotonic() + STARTS_WITHIN
    while not ready.exists():
        if keeper.poll() is not None or time.monotonic() > until:
            text = log.read_text(encoding="utf-8")[-2000:]
            return {"error": f"there is no Kubernetes API server for the tests: {text}\n`make kube` may say more."}
        time.sleep(0.05)
    state: dict[str, Any] = json.loads(ready.read_text(encoding="utf-8"))
    return state


# What the keeper does.


@contextlib.contextmanager
def serving(home: Path) -> Iterator[Kube]:
    """etcd and kube-apiserver, with their files in this directory, until the block is left. Raises NoKube."""
    built = subprocess.run([str(BUILD)], capture_output=True, text=True, timeout=STARTS_WITHIN)
    if built.returncode:
        raise NoKube(built.stderr.strip())
    programs = dict(line.split(" ", 1) for line in built.stdout.splitlines())
    # etcd's data in memory, where that is possible: it is worth nothing later.
    memory = Path("/dev/shm")
    data = Path(tempfile.mkdtemp(prefix="schemactl-etcd-", dir=memory if os.access(memory, os.W_OK) else home))
    children: list[subprocess.Popen[bytes]] = []
    try:
        _write_certificates(home)
        for _ in range(3):  # a port may be taken between the pick and the bind
            client, peer, port = _free_ports(3)
            children = [
                _child([programs["etcd"], *_etcd_flags(data, client, peer)], home / "etcd.log"),
                _child(
                    [programs["kube-apiserver"], *_apiserver_flags(home, client, port)], home / "kube-apiserver.log"
                ),
            ]
            if _gets_ready(children, home, port):
                _write_kubeconfigs(home, port)
                yield Kube(home, programs["kubectl"], port)
                return
            _end(children)
        raise NoKube("it did not get ready: " + (home / "kube-apiserver.log").read_text(encoding="utf-8")[-1000:])
    finally:
        _end(children)
        shutil.rmtree(data, ignore_errors=True)


def _etcd_flags(data: Path, client: int, peer: int) -> list[str]:
    flags = f"""--name=default --data-dir={data} --unsafe-no-fsync --logger=zap --log-level=warn
        --listen-client-urls=http://{HOST}:{client} --advertise-client-urls=http://{HOST}:{client}
        --listen-peer-urls=http://{HOST}:{peer} --initial-advertise-peer-urls=http://{HOST}:{peer}
        --initial-cluster=default=http://{HOST}:{peer}"""
    return flags.split()


def _apiserver_flags(home: Path, etcd: int, port: int) -> list[str]:
    issuer = "https://kubernetes.default.svc"
    flags = f"""--etcd-servers=http://{HOST}:{etcd} --bind-address={HOST} --advertise-address={HOST}
        --secure-port={port} --cert-dir={home} --tls-cert-file={home}/server.crt --tls-private-key-file={home}/server.key
        --client-ca-file={home}/ca.crt --token-auth-file={home}/tokens.csv --authorization-mode=RBAC
        --service-account-issuer={issuer} --api-audiences={issuer} --service-account-key-file={home}/server.key
        --service-account-signing-key-file={home}/server.key --service-cluster-ip-range=10.0.0.0/24
        --disable-admission-plugins=ServiceAccount --endpoint-reconciler-type=none --profiling=false"""
    return flags.split()


def _gets_ready(children: list[subprocess.Popen[bytes]], home: Path, port: int) -> bool:
    import ssl
    import urllib.error
    import urllib.request

    context = ssl.create_default_context(cafile=str(home / "ca.crt"))
    context.load_cert_chain(home / "admin.crt", home / "admin.key")
    until = time.monotonic() + 60
    while time.monotonic() < until and all(child.poll() is None for child in children):
        with contextlib.suppress(urllib.error.URLError, OSError):
            urllib.request.urlopen(f"https://{HOST}:{port}/readyz", context=context, timeout=2).close()
            return True
        time.sleep(0.1)
    return False


def _free_ports(count: int) -> list[int]:
    """All held at once while picking, so that they differ."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind((HOST, 0))
        return [one.getsockname()[1] for one in sockets]


def _child(command: list[str], log: Path) -> subprocess.Popen[bytes]:
    """A process that ends with this one, however this one ends."""
    libc = ctypes.CDLL(None)
    with log.open("wb") as stream:
        return subprocess.Popen(
            command,
            stdout=stream,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            # 1 is PR_SET_PDEATHSIG
            preexec_fn=lambda: libc.prctl(1, signal.SIGKILL),
        )


def _end(children: list[subprocess.Popen[bytes]]) -> None:
    for child in reversed(children):
        child.terminate()
        try:
            child.wait(5)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _write_certificates(home: Path) -> None:
    """An authority, the server's certificate and the admin's, and the tokens of the others."""
    now = datetime.datetime.now(datetime.UTC)
    authority_key = ec.generate_private_key(ec.SECP256R1())
    authority = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "schemactl-tests")])

    def write(name: str, subject: list[x509.NameAttribute[str]], *extensions: x509.ExtensionType) -> None:
        key = authority_key if name == "ca" else ec.generate_private_key(ec.SECP256R1())
        builder = x509.CertificateBuilder(
            issuer_name=authority,
            subject_name=x509.Name(subject) if subject else authority,
            public_key=key.public_key(),
            serial_number=x509.random_serial_number(),
            not_valid_before=now - datetime.timedelta(days=1),
            not_valid_after=now + datetime.timedelta(days=30),
        )
        for extension in extensions:
            builder = builder.add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
        pem = builder.sign(authority_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        (home / f"{name}.crt").write_bytes(pem)
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        )
        path = home / f"{name}.key"
        path.touch(mode=0o600)
        path.write_bytes(private)

    write("ca", [], x509.BasicConstraints(ca=True, path_length=None))
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(HOST)), x509.DNSName("localhost")])
    server = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    write("server", [x509.NameAttribute(NameOID.COMMON_NAME, "kube-apiserver")], address, server)
    admin = [
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, "system:masters"),
        x509.NameAttribute(NameOID.COMMON_NAME, "admin"),
    ]
    write("admin", admin, x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]))
    (home / "tokens.csv").write_text(f'operator-token,{OPERATOR},operator,"system:serviceaccounts"\n')


def _write_kubeconfigs(home: Path, port: int) -> None:
    admin = {"client-certificate": str(home / "admin.crt"), "client-key": str(home / "admin.key")}
    for name, user in (("kubeconfig", admin), ("operator.kubeconfig", {"token": "operator-token"})):
        (home / name).write_text(yaml.safe_dump(_config(home, f"https://{HOST}:{port}", user)), encoding="utf-8")


def _config(home: Path, server: str, user: dict[str, str]) -> dict[str, Any]:
    authority = base64.b64encode((home / "ca.crt").read_bytes()).decode()
    cluster = {"server": server, "certificate-authority-data": authority}
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "tests", "cluster": cluster}],
        "users": [{"name": "user", "user": user}],
        "contexts": [{"name": "tests", "context": {"cluster": "tests", "user": "user"}}],
        "current-context": "tests",
    }


def kubeconfig_at(kube: Kube, path: Path, port: int) -> Path:
    """The operator's kubeconfig, for the API server by way of another port of loopback."""
    user = {"token": "operator-token"}
    path.write_text(yaml.safe_dump(_config(kube.directory, f"https://{HOST}:{port}", user)), encoding="utf-8")
    return path


def _keep(home: Path, alive: Path | None) -> None:
    """Serve until the run has let go of its file, or until stopped."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with serving(home) as kube:
        state = {"directory": str(home), "kubectl": kube.kubectl_path, "port": kube.port}
        part = home / "ready.part"
        part.write_text(json.dumps(state), encoding="utf-8")
        part.rename(home / "ready.json")
        if alive is None:
            print(f"export KUBECONFIG={kube.kubeconfig}   # until Ctrl-C", flush=True)
            signal.pause()
            return
        with alive.open() as file:
            fcntl.flock(file, fcntl.LOCK_EX)


if __name__ == "__main__":
    try:
        directory = Path(sys.argv[1]).absolute()
        directory.mkdir(parents=True, exist_ok=True)
        _keep(directory, Path(sys.argv[2]) if len(sys.argv) > 2 else None)
    except NoKube as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        pass
