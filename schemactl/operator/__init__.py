"""AtlasSchemas of a Kubernetes cluster, continuously reconciled."""

from schemactl.operator.api import Api, ApiError
from schemactl.operator.lease import Timing
from schemactl.operator.login import own_namespace
from schemactl.operator.logs import configure
from schemactl.operator.operator import Options, serve
from schemactl.operator.shards import Shard

__all__ = ["Api", "ApiError", "Options", "Shard", "Timing", "configure", "own_namespace", "serve"]
