"""The reconciler over a directory of manifests, with no cluster."""

from schemactl.agent.agent import Agent, Options
from schemactl.agent.output import output

__all__ = ["Agent", "Options", "output"]
