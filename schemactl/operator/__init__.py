"""AtlasSchemas of a Kubernetes cluster, continuously reconciled."""

from schemactl.operator.approval import approve, waiting
from schemactl.operator.lease import Timing
from schemactl.operator.login import own_namespace
from schemactl.operator.logs import configure
from schemactl.operator.operator import Options, serve
from schemactl.operator.schemas import require_known
from schemactl.operator.shards import Shard

__all__ = ["Options", "Shard", "Timing", "approve", "configure", "own_namespace", "require_known", "serve", "waiting"]
