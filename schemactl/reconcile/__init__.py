"""Bring one AtlasSchema one step nearer to what it says. Knows no Kubernetes and no files."""

from schemactl.reconcile.inputs import Inputs, References, resolve
from schemactl.reconcile.look import Kind, Means, Report, Result
from schemactl.reconcile.reconcile import reconcile
from schemactl.reconcile.summary import announced

__all__ = ["Inputs", "Kind", "Means", "References", "Report", "Result", "announced", "reconcile", "resolve"]
