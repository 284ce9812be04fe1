"""AtlasSchema as types: manifests, spec, status, and what is done about each field."""

from schemactl.resource.documents import Document, documents
from schemactl.resource.durations import seconds
from schemactl.resource.fields import allowed, check, ignored, nowhere
from schemactl.resource.manifests import (
    AtlasSchema,
    ConfigMap,
    Manifest,
    Metadata,
    Secret,
    Unrelated,
    from_object,
    manifest,
    subject,
)
from schemactl.resource.spec import DriftPolicy, KeyRef, Spec
from schemactl.resource.status import Condition, Drift, Status, Truth, settled, stamp

__all__ = [
    "AtlasSchema",
    "Condition",
    "ConfigMap",
    "Document",
    "Drift",
    "DriftPolicy",
    "KeyRef",
    "Manifest",
    "Metadata",
    "Secret",
    "Spec",
    "Status",
    "Truth",
    "Unrelated",
    "allowed",
    "check",
    "documents",
    "from_object",
    "ignored",
    "manifest",
    "nowhere",
    "seconds",
    "settled",
    "stamp",
    "subject",
]
