"""Bring one AtlasSchema one step nearer to what it says. Knows no Kubernetes and no files."""

from schemactl.reconcile.inputs import Inputs, References, resolve, sources
from schemactl.reconcile.look import Kind, Means, Report, Result
from schemactl.reconcile.reconcile import reconcile
from schemactl.reconcile.summary import announced
from schemactl.reconcile.target import care_of, manner_of, target_of

__all__ = [
    "Inputs",
    "Kind",
    "Means",
    "References",
    "Report",
    "Result",
    "announced",
    "care_of",
    "manner_of",
    "reconcile",
    "resolve",
    "sources",
    "target_of",
]
