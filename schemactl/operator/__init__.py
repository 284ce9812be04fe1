"""AtlasSchemas of a Kubernetes cluster, continuously reconciled."""
