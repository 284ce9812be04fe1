"""`AtlasSchema.spec` as types: every field that the Atlas operator takes, and ours, which are all optional.

The names on the wire are the CRD's; `tests/resource/test_crd.py` holds the two to each other. A field that stands
at its default was not said. Which fields are acted on, passed over or refused is told in `fields.py`.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import Annotated, Any, Literal

import msgspec

from schemactl.durations import PATTERN

Duration = Annotated[str, msgspec.Meta(pattern=PATTERN)]
NonEmpty = Annotated[str, msgspec.Meta(min_length=1)]
Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]

#: The hazards that need a yes: `schemactl.steps.DESTRUCTIVE` by name (a test holds the two together).
Allowed = Literal[
    "DROPS_COLUMN",
    "DROPS_EXTENSION",
    "DROPS_PUBLICATION",
    "DROPS_HISTORY",
    "DROPS_PARTITION",
    "DROPS_SCHEMA",
    "DROPS_SEQUENCE",
    "DROPS_TABLE",
    "NARROWS_TYPE",
    "REMOVES_ENUM_VALUE",
]


LintAction = Literal["error", "warn", "off"]
HazardAction = Literal["allow", "warn", "approve", "refuse"]


@cache
def fields_of(struct: type[msgspec.Struct]) -> tuple[msgspec.structs.FieldInfo, ...]:
    """The fields of a struct. msgspec compiles the annotations of all at each call: 8 of 11 ms of a look that was spared."""
    return msgspec.structs.fields(struct)


class DriftPolicy(StrEnum):
    """What is done when the database moved and the desired schema did not."""

    HEAL = "Heal"
    REPORT = "Report"
    IGNORE = "Ignore"


class ApprovalMode(StrEnum):
    """Which plans wait until somebody approved exactly them."""

    NEVER = "Never"
    HAZARDOUS = "Hazardous"
    ALWAYS = "Always"


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What all parts of a spec have in common: frozen, and no unknown field."""


class KeyRef(Part, frozen=True, kw_only=True):
    """One key of a Secret or ConfigMap in the resource's own namespace. `optional`: it may be missing."""

    name: NonEmpty
    key: NonEmpty
    optional: bool = False


class SecretSource(Part, frozen=True, kw_only=True, rename={"secret_key_ref": "secretKeyRef"}):
    secret_key_ref: KeyRef | None = None


class ValueSource(
    Part, frozen=True, kw_only=True, rename={"secret_key_ref": "secretKeyRef", "config_map_key_ref": "configMapKeyRef"}
):
    secret_key_ref: KeyRef | None = None
    config_map_key_ref: KeyRef | None = None


class Credentials(
    Part,
    frozen=True,
    kw_only=True,
    rename={"user_from": "userFrom", "password_from": "passwordFrom", "host_from": "hostFrom"},
):
    """A database URL in pieces."""

    scheme: str | None = None
    user: str | None = None
    user_from: SecretSource | None = None
    password: str | None = None
    password_from: SecretSource | None = None
    host: str | None = None
    host_from: SecretSource | None = None
    port: Port | None = None
    database: str | None = None
    parameters: dict[str, str] = {}


class Variable(Part, frozen=True, kw_only=True, rename={"value_from": "valueFrom"}):
    key: str
    value: str | None = None
    value_from: ValueSource | None = None


class DevDatabase(Part, frozen=True, kw_only=True):
    """`spec` is a PodSpec in the Atlas operator; it is kept as it stands."""

    spec: dict[str, Any] | None = None


class DesiredSchema(Part, frozen=True, kw_only=True, rename={"config_map_key_ref": "configMapKeyRef"}):
    sql: str | None = None
    hcl: str | None = None
    url: str | None = None
    config_map_key_ref: KeyRef | None = None


class Cloud(Part, frozen=True, kw_only=True, rename={"token_from": "tokenFrom"}):
    token_from: SecretSource | None = None
    repo: str | None = None


class DestructiveLint(Part, frozen=True, kw_only=True):
    """Destructive steps need an approval; `error: true` refuses them, `error: false`, said explicitly, allows them."""

    error: bool | None = None


class LintPolicy(Part, frozen=True, kw_only=True):
    """`codes` is ours: what becomes of a lint rule, by its code, the beginning of codes (`PG3`), or `all`."""

    destructive: DestructiveLint = DestructiveLint()
    review: Literal["ALWAYS", "WARNING", "ERROR"] | None = None
    codes: dict[str, LintAction] = {}


class ConcurrentIndex(Part, frozen=True, kw_only=True):
    create: bool | None = None
    drop: bool | None = None


class SkipChanges(Part, frozen=True, kw_only=True):
    """Kinds of changes that the Atlas operator leaves out of a plan."""

    add_schema: bool = False
    drop_schema: bool = False
    modify_schema: bool = False
    add_table: bool = False
    drop_table: bool = False
    modify_table: bool = False
    add_column: bool = False
    drop_column: bool = False
    modify_column: bool = False
    add_index: bool = False
    drop_index: bool = False
    modify_index: bool = False
    add_foreign_key: bool = False
    drop_foreign_key: bool = False
    modify_foreign_key: bool = False


class DiffPolicy(Part, frozen=True, kw_only=True):
    """`column_order` is ours: where columns stand is a difference too, where the database can move them."""

    column_order: bool = False
    concurrent_index: ConcurrentIndex = ConcurrentIndex()
    skip: SkipChanges = SkipChanges()


class DriftRule(Part, frozen=True, kw_only=True):
    mode: DriftPolicy = DriftPolicy.HEAL


class Approval(Part, frozen=True, kw_only=True):
    mode: ApprovalMode = ApprovalMode.HAZARDOUS


class Hazards(Part, frozen=True, kw_only=True, rename="kebab"):
    """What becomes of a plan with a hazard of each class: `schemactl.steps.HazardClass` (a test holds the two together)."""

    data_loss: HazardAction | None = None
    blocks_reads: HazardAction | None = None
    blocks_writes: HazardAction | None = None
    rewrites_table: HazardAction | None = None
    scans_table: HazardAction | None = None
    may_fail_on_data: HazardAction | None = None
    breaks_clients: HazardAction | None = None
    changes_access: HazardAction | None = None
    not_reversible: HazardAction | None = None


class Policy(Part, frozen=True, kw_only=True):
    """`drift`, `approval`, `hazards` and `allow` are ours: what to do about drift, which plans wait for an approval,
    what becomes of hazards by class, and which of them this resource may bring by name.
    """

    lint: LintPolicy = LintPolicy()
    diff: DiffPolicy = DiffPolicy()
    drift: DriftPolicy | DriftRule = DriftPolicy.HEAL
    approval: Approval = Approval()
    hazards: Hazards = Hazards()
    allow: tuple[Allowed, ...] = ()

    @property
    def drift_mode(self) -> DriftPolicy:
        return self.drift.mode if isinstance(self.drift, DriftRule) else self.drift


class Renamed(Part, frozen=True, kw_only=True, rename={"old": "from", "new": "to"}):
    """A thing that is there under another name: both as dotted paths, `public.users.name`."""

    old: NonEmpty
    new: NonEmpty


class Targets(Part, frozen=True, kw_only=True):
    """`schemas` are patterns: schemas that they cover are managed, whether they are live or only desired."""

    schemas: tuple[NonEmpty, ...] = ()


class Spec(
    Part,
    frozen=True,
    kw_only=True,
    rename={
        "url_from": "urlFrom",
        "config_from": "configFrom",
        "env_name": "envName",
        "dev_db": "devDB",
        "dev_url": "devURL",
        "dev_url_from": "devURLFrom",
        "tx_mode": "txMode",
        "backoff_limit": "backoffLimit",
        "prewarm_dev_db": "prewarmDevDB",
        "deletion_policy": "deletionPolicy",
    },
):
    """`interval` (how long until the next look), `suspend`, `target`, `renames` and `deletion_policy` are ours; the rest
    is the Atlas operator's.
    """

    url: str | None = None
    url_from: SecretSource | None = None
    credentials: Credentials | None = None
    config: str | None = None
    config_from: SecretSource | None = None
    env_name: str | None = None
    vars: tuple[Variable, ...] = ()
    dev_db: DevDatabase | None = None
    dev_url: str | None = None
    dev_url_from: SecretSource | None = None
    schema: DesiredSchema = DesiredSchema()
    cloud: Cloud | None = None
    exclude: tuple[str, ...] = ()
    schemas: tuple[str, ...] = ()
    tx_mode: Literal["file", "all", "none"] = "file"
    policy: Policy = Policy()
    backoff_limit: int = 20
    prewarm_dev_db: bool | None = None
    interval: Duration = "5m"
    suspend: bool = False
    target: Targets = Targets()
    renames: tuple[Renamed, ...] = ()
    deletion_policy: Literal["Retain"] = "Retain"
