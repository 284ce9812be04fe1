"""How the API server is reached: as the pod's service account, else as the kubeconfig says."""

from __future__ import annotations

import base64
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import kopf
import yaml

from schemactl.errors import ClusterError

#: Seconds that a credential plugin of a kubeconfig may take; it may have to ask its user something.
PLUGIN_TIMEOUT = 60


def login() -> kopf.ConnectionInfo:
    """Raises ClusterError."""
    settings = kopf.OperatorSettings()
    try:
        found = kopf.login_with_service_account(settings=settings) or _with_plugin()
        found = found or kopf.login_with_kubeconfig(settings=settings)
    except (OSError, ValueError, KeyError, yaml.YAMLError, kopf.LoginError) as error:
        raise ClusterError(f"the kubeconfig cannot be used: {type(error).__name__}: {error}") from None
    if found is None:
        raise ClusterError(
            "there is no cluster to speak to: this is no pod with a service account, and there is no kubeconfig",
            hint="set KUBECONFIG, or run in the cluster",
        )
    return found


def own_namespace() -> str:
    """The pod's own, else that of the kubeconfig's context."""
    return login().default_namespace or "default"


def _with_plugin() -> kopf.ConnectionInfo | None:
    """As a kubeconfig of one file says whose user is an `exec` plugin, as the clouds have it: kopf knows none."""
    path = Path(os.environ.get("KUBECONFIG") or Path.home() / ".kube" / "config")
    if not path.is_file():
        return None
    config: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    context = _named(config, "context", config.get("current-context"))
    plugin = _named(config, "user", context.get("user")).get("exec")
    cluster = _named(config, "cluster", context.get("cluster"))
    if not plugin or not cluster:
        return None
    given = _asked(plugin)
    authority = cluster.get("certificate-authority-data")
    return kopf.ConnectionInfo(
        server=cluster["server"],
        ca_path=None if authority else cluster.get("certificate-authority"),
        ca_data=authority,
        insecure=cluster.get("insecure-skip-tls-verify"),
        token=given.get("token"),
        certificate_data=_encoded(given.get("clientCertificateData")),
        private_key_data=_encoded(given.get("clientKeyData")),
        default_namespace=context.get("namespace"),
        proxy_url=cluster.get("proxy-url"),
    )


def _named(config: dict[str, Any], kind: str, name: object) -> dict[str, Any]:
    found = (entry.get(kind) for entry in config.get(f"{kind}s") or () if entry.get("name") == name)
    return next(found, None) or {}


def _asked(plugin: dict[str, Any]) -> dict[str, Any]:
    """The credentials that the plugin prints. Raises ClusterError."""
    version = plugin.get("apiVersion", "client.authentication.k8s.io/v1")
    request = {"apiVersion": version, "kind": "ExecCredential", "spec": {"interactive": False}}
    more = {entry["name"]: entry["value"] for entry in plugin.get("env") or ()}
    try:
        done = subprocess.run(  # noqa: S603  # what the user's own kubeconfig names
            [plugin["command"], *(plugin.get("args") or ())],
            env={**os.environ, **more, "KUBERNETES_EXEC_INFO": json.dumps(request)},
            stdout=subprocess.PIPE,
            timeout=PLUGIN_TIMEOUT,
            check=True,
        )
        status: dict[str, Any] = json.loads(done.stdout)["status"]
    except (OSError, subprocess.SubprocessError, ValueError, KeyError) as error:
        # Never its output, which is a credential.
        raise ClusterError(
            f"the credential plugin {plugin.get('command')!r} of the kubeconfig failed: {type(error).__name__}",
            hint="does `kubectl get --raw /version` work?",
        ) from None
    return status


def _encoded(text: str | None) -> str | None:
    """PEM as kopf takes it, which is as a kubeconfig has it."""
    return base64.b64encode(text.encode()).decode() if text else None
