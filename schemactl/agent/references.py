"""Secrets and ConfigMaps from the environment, else from the manifests of the tree."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from schemactl.agent.tree import Snapshot


def variable(kind: str, name: str, key: str) -> str:
    """The environment variable of a key: `SCHEMACTL_SECRET_POSTGRES_CREDENTIALS_URL`."""
    return re.sub(r"[^A-Z0-9]", "_", f"SCHEMACTL_{kind}_{name}_{key}".upper())


@dataclass(frozen=True, slots=True)
class TreeReferences:
    """The environment wins, so that a manifest in Git may hold a placeholder."""

    snapshot: Snapshot
    environment: Mapping[str, str] = field(repr=False)

    def secret(self, namespace: str, name: str, key: str) -> str | None:
        given = self.environment.get(variable("SECRET", name, key))
        return given if given is not None else self.snapshot.secrets.get((namespace, name), {}).get(key)

    def config_map(self, namespace: str, name: str, key: str) -> str | None:
        given = self.environment.get(variable("CONFIGMAP", name, key))
        return given if given is not None else self.snapshot.config_maps.get((namespace, name), {}).get(key)
