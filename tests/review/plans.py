"""Plans to be reviewed, made by hand: what they say matters here, and not whether a server would take it."""

from __future__ import annotations

from collections.abc import Sequence

from schemactl.plan import Finding, Group, Plan, PlannedHazard, PlannedLock, PlannedSize, PlannedStep
from schemactl.plan.document import Proof, Verdict, sealed
from schemactl.steps import Hazard


def step(sql: str, target: str, action: str, *hazards: tuple[Hazard, str], lock: str = "") -> PlannedStep:
    relation = ".".join(target.split(" ", 1)[1].split(".")[:2])
    return PlannedStep(
        sql=sql,
        object=target,
        action=action,
        reason="it is desired",
        locks=(PlannedLock(relation=relation, mode=lock),) if lock else (),
        hazards=tuple(PlannedHazard(hazard=hazard, message=message) for hazard, message in hazards),
    )


def plan(
    *groups: Sequence[PlannedStep],
    database: str = "app",
    sizes: tuple[PlannedSize, ...] = (),
    findings: tuple[Finding, ...] = (),
    notes: tuple[str, ...] = (),
    proof: Proof | None = None,
) -> Plan:
    """Groups of more than one step are transactions."""
    return sealed(
        Plan(
            tool="schemactl 0",
            dialect="postgresql",
            server_version="18.1",
            database=database,
            fingerprint=f"f {database}",
            desired_digest="d",
            groups=tuple(Group(transactional=len(steps) > 1, steps=tuple(steps)) for steps in groups),
            sizes=sizes,
            findings=findings,
            notes=notes,
            proof=proof,
        )
    )


ADD = step("ALTER TABLE public.users ADD COLUMN email text", "column public.users.email", "create")
DROP = step(
    "ALTER TABLE public.users DROP COLUMN phone",
    "column public.users.phone",
    "drop",
    (Hazard.DROPS_COLUMN, "the column's data is lost"),
    lock="ACCESS EXCLUSIVE",
)
INDEX = step(
    "CREATE INDEX CONCURRENTLY users_email ON public.users (email)",
    "index public.users.users_email",
    "create",
    (Hazard.BUILDS_INDEX, "the whole table is read; reads and writes go on"),
    lock="SHARE UPDATE EXCLUSIVE",
)
SIZES = (PlannedSize(relation="public.users", bytes=3_400_000_000, rows=41_000_000),)
LINT = (
    Finding(
        code="DS103",
        severity="error",
        object="column public.users.phone",
        message="the column goes, with what is in it",
        step=2,
        file="schema/users.sql",
        line=7,
        column=3,
    ),
)
PROVED = Proof(verdict=Verdict.PROVED, plan="p", where="an embedded PostgreSQL 18.6", rebuilt=12, steps=3, seconds=1.4)
EMPTY = plan()
SAFE = plan([ADD])
RISKY = plan([ADD, DROP], [INDEX], sizes=SIZES, findings=LINT, proof=PROVED, notes=("a name of nobody is left alone",))
