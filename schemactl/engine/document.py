"""Two catalogs into a plan document: changes, steps in order, findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from schemactl import __version__
from schemactl.changes import Change
from schemactl.dialect import Dialect, Server, SourceText
from schemactl.diff import diff_catalogs, likely_renames
from schemactl.errors import ImpossibleError, Place
from schemactl.lint.rule import Subject
from schemactl.lint.run import findings
from schemactl.lint.settings import LintSettings
from schemactl.manner import Manner
from schemactl.model import Catalog, ObjectKey
from schemactl.plan import Finding, Plan, fingerprint, ordered
from schemactl.plan.document import Group, Transactions, grouped, sealed, sizes_of

TOOL = f"schemactl {__version__}"

#: Stands for the version of a server that nobody asked: the newest syntax may be used.
NEWEST = (999,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Linted:
    """What lint rules are told beside the plan: the desired text, and where in it things stand."""

    settings: LintSettings
    sources: Sequence[SourceText]
    places: Mapping[ObjectKey, Place]

    def findings(self, dialect: Dialect, subject: Subject) -> tuple[Finding, ...]:
        return findings(dialect, subject, self.settings, sources=self.sources, places=self.places)


def document(
    dialect: Dialect,
    server: Server,
    actual: Catalog,
    goal: Catalog,
    *,
    manner: Manner,
    digest: str,
    mark: str | None = None,
    renames: Sequence[Change] = (),
    notes: tuple[str, ...] = (),
    column_order: bool = False,
    lint: Linted | None = None,
    transactions: Transactions = Transactions.FEW,
) -> Plan:
    """`digest` is of the desired catalog as it was read: it must not depend on what is live.

    `mark` is the fingerprint of the live catalog, where `actual` is as it will be after the `renames`.
    """
    compared = diff_catalogs(actual, goal, column_order=column_order)
    notes += likely_renames(compared, desired=goal, actual=actual)
    changes = [*renames, *compared]
    steps = ordered(dialect.steps(changes, desired=goal, actual=actual, server=server, manner=manner))
    subject = Subject(
        dialect=dialect.name,
        version=server.version,
        changes=changes,
        steps=steps,
        before=actual,
        after=goal,
        small=frozenset(key for key in manner.sizes if manner.is_small(key)),
    )
    return sealed(
        Plan(
            tool=TOOL,
            dialect=dialect.name,
            server_version=version_of(server),
            database=server.database,
            fingerprint=mark or fingerprint(actual),
            desired_digest=digest,
            groups=(groups := _cut(grouped(steps, transactions), transactions)),
            sizes=sizes_of(groups, manner),
            notes=notes,
            findings=lint.findings(dialect, subject) if lint else (),
        )
    )


def _cut(groups: tuple[Group, ...], transactions: Transactions) -> tuple[Group, ...]:
    """Raises ImpossibleError where all shall stand or fall together, and cannot."""
    if transactions is not Transactions.ONE or len(groups) <= 1:
        return groups
    alone = next((it for it in groups if not it.transactional), groups[-1])
    what = alone.steps[0]
    raise ImpossibleError(
        f"the plan cannot run in one transaction: {what.action} {what.object}"
        f" {'commits with those before it' if alone.transactional else 'commits by itself'}",
        subject=what.object,
        hint="let the plan have as many transactions as it needs (txMode: file), or change the schema in several steps",
    )


def version_of(server: Server) -> str:
    return "" if server.version == NEWEST else ".".join(str(n) for n in server.version)
