"""Platforms that hold changes under review. One file each: what differs is paths and words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Outcome(StrEnum):
    """A commit's status, in words that each platform has its own for."""

    SUCCESS = "success"
    PENDING = "pending"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """A comment on the change, whoever wrote it; `author` is a login."""

    id: str
    body: str
    author: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How the change stands: its newest commit, its labels, and who has approved that very commit."""

    head: str
    labels: frozenset[str]
    approvers: frozenset[str]


class Platform(Protocol):
    """One change on one platform. Every method raises PlatformError."""

    @property
    def name(self) -> str: ...

    def remarks(self) -> Iterator[Sequence[Remark]]:
        """All comments on the change, a page a time, the oldest first."""
        ...

    def user(self) -> str:
        """Who the token is; empty where the platform does not tell."""
        ...

    def create(self, body: str) -> None: ...

    def update(self, remark: str, body: str) -> None: ...

    def delete(self, remark: str) -> None: ...

    def standing(self) -> Standing: ...

    def status(self, commit: str, outcome: Outcome, context: str, description: str) -> None:
        """Say what became of a commit, beside its other checks."""
        ...
