"""Sets of values that the chart is rendered with: each one that somebody may want, and what must be refused."""

from __future__ import annotations

from typing import Any

Values = dict[str, Any]

#: The default, and each with what differs from it. `team-a` and `team-b` are namespaces that the tests make.
SETS: dict[str, Values] = {
    "default": {},
    "namespaced": {"watchNamespaces": ["team-a", "team-b"], "crds": {"install": False}},
    "sharded": {"shards": 3, "labelSelector": "team=alpha,tier!=test"},
    "standby": {
        "replicaCount": 2,
        "strategy": {"type": "RollingUpdate"},
        "podDisruptionBudget": {"enabled": True, "minAvailable": 1},
        "leaderElection": {"namespace": "team-a", "leaseDuration": "30s"},
        "schemaFrom": ["https://schemas.example.com/", "git+https://git.example.com/team-a/"],
        "lockTimeout": "1m30s",
    },
    "apart": {
        "networkPolicy": {
            "enabled": True,
            "from": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}],
            "egress": [{"to": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]}],
        }
    },
    "monitored": {"metrics": {"port": 9090, "serviceMonitor": {"enabled": True, "labels": {"release": "prometheus"}}}},
    "no rights of its own": {
        "rbac": {"create": False},
        "serviceAccount": {"create": False, "name": "there-already"},
        "metrics": {"service": {"enabled": False}},
    },
    "secrets by name only": {"rbac": {"watchSecrets": False, "aggregate": False}},
    "all that a pod may have": {
        "image": {"repository": "images.example.com/schemactl", "digest": "sha256:" + "0" * 64, "pullPolicy": "Always"},
        "imagePullSecrets": [{"name": "pull"}],
        "podAnnotations": {"a": "1"},
        "podLabels": {"b": "2"},
        "deploymentAnnotations": {"c": "3"},
        "priorityClassName": "system-cluster-critical",
        "nodeSelector": {"kubernetes.io/arch": "amd64"},
        "tolerations": [{"key": "dedicated", "operator": "Exists"}],
        "affinity": {"nodeAffinity": {}},
        "topologySpreadConstraints": [
            {
                "maxSkew": 1,
                "topologyKey": "zone",
                "whenUnsatisfiable": "ScheduleAnyway",
                "labelSelector": {"matchLabels": {"app.kubernetes.io/name": "schemactl"}},
            }
        ],
        "extraEnv": [{"name": "PGSSLROOTCERT", "value": "/ca/ca.crt"}],
        "extraEnvFrom": [{"configMapRef": {"name": "env"}}],
        "extraVolumes": [{"name": "ca", "configMap": {"name": "ca"}}],
        "extraVolumeMounts": [{"name": "ca", "mountPath": "/ca", "readOnly": True}],
        "extraArgs": ["--lock-timeout=3s"],
        "fullnameOverride": "keeper",
        "podDisruptionBudget": {"enabled": True, "maxUnavailable": "50%"},
    },
}

#: Values that are refused, and a word of why.
REFUSED: dict[str, tuple[Values, str]] = {
    "misspelt": ({"watchNamespace": ["a"]}, "watchNamespace"),
    "no namespace": ({"watchNamespaces": ["Team A"]}, "watchNamespaces"),
    "no duration": ({"leaderElection": {"leaseDuration": "fifteen"}}, "leaseDuration"),
    "no place": ({"schemaFrom": ["schemas.example.com"]}, "schemaFrom"),
    "no digest": ({"image": {"digest": "latest"}}, "digest"),
    "shards with replicas": ({"shards": 2, "replicaCount": 2}, "replicaCount is 1"),
    "no account": ({"serviceAccount": {"create": False}}, "serviceAccount.name is needed"),
    "monitor without service": (
        {"metrics": {"service": {"enabled": False}, "serviceMonitor": {"enabled": True}}},
        "metrics.service.enabled",
    ),
}
