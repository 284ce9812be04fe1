"""AtlasSchema as types: manifests, spec, status, and what is done about each field."""

from schemactl.durations import seconds
from schemactl.resource.annotate import annotated
from schemactl.resource.documents import Document, documents
from schemactl.resource.fields import check, ignored, nowhere
from schemactl.resource.manifests import (
    APPROVED_PLAN,
    RECONCILE_REQUESTED,
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
from schemactl.resource.rules import lint_of, rules, skipped
from schemactl.resource.spec import ApprovalMode, DriftPolicy, KeyRef, Spec
from schemactl.resource.status import Condition, Drift, Entry, PlanSummary, Status, Truth, settled, stamp

__all__ = [
    "APPROVED_PLAN",
    "RECONCILE_REQUESTED",
    "ApprovalMode",
    "AtlasSchema",
    "Condition",
    "ConfigMap",
    "Document",
    "Drift",
    "DriftPolicy",
    "Entry",
    "KeyRef",
    "Manifest",
    "Metadata",
    "PlanSummary",
    "Secret",
    "Spec",
    "Status",
    "Truth",
    "Unrelated",
    "annotated",
    "check",
    "documents",
    "from_object",
    "ignored",
    "lint_of",
    "manifest",
    "nowhere",
    "rules",
    "seconds",
    "settled",
    "skipped",
    "stamp",
    "subject",
]
