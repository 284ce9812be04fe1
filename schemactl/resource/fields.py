"""Which fields of a spec are acted on, passed over with a word, or refused.

A field of the Atlas operator that we do not act on is refused where acting as if it were not there could do harm: the
user said "skip this", "review that first" or "take the schema from there". The others are passed over, and the
condition FieldsIgnored names them. Every field is in one of the three: a test counts them.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from schemactl.errors import ManifestError, Place, UnsupportedFieldError
from schemactl.resource.durations import seconds
from schemactl.resource.manifests import AtlasSchema
from schemactl.resource.spec import Credentials, Spec
from schemactl.steps import DESTRUCTIVE, Hazard

Locate = Callable[[str], Place | None]

#: Acting as if these were absent could do harm: path of the field, and what to do instead.
REFUSED: dict[str, str] = {
    "spec.schema.hcl": "write the schema as SQL, in spec.schema.sql or a ConfigMap key ending in .sql",
    "spec.schema.url": "the registry of Atlas cannot be read; put the SQL in spec.schema.sql or a ConfigMap",
    "spec.config": "a project file of Atlas is not read; say the same with url, schema, exclude and policy",
    "spec.configFrom": "a project file of Atlas is not read; say the same with url, schema, exclude and policy",
    "spec.cloud.repo": "plans are not reviewed in Atlas Cloud; remove it, destructive steps are refused anyway",
    "spec.policy.lint.review": "nobody would be asked for the review; remove it, destructive steps are refused anyway",
    "spec.policy.diff.skip": "no change can be left out of a plan; exclude the objects with spec.exclude, or write "
    "what is to be kept into the desired schema",
    "spec.txMode": "steps are grouped into as few transactions as they allow; remove txMode",
}

#: Harmless to pass over: path of the field.
IGNORED: tuple[str, ...] = (
    "spec.envName",
    "spec.vars",
    "spec.devDB",
    "spec.devURL",
    "spec.devURLFrom",
    "spec.cloud.tokenFrom",
    "spec.backoffLimit",
    "spec.prewarmDevDB",
)

#: What is acted on.
HONOURED: tuple[str, ...] = (
    "spec.url",
    "spec.urlFrom",
    "spec.credentials",
    "spec.schema.sql",
    "spec.schema.configMapKeyRef",
    "spec.exclude",
    "spec.schemas",
    "spec.policy.lint.destructive",
    "spec.policy.diff.column_order",
    "spec.policy.diff.concurrent_index",
    "spec.policy.drift",
    "spec.policy.allow",
    "spec.interval",
    "spec.suspend",
)

_MISSING = object()


def nowhere(_path: str) -> Place | None:
    """For resources that come from no file."""
    return None


def check(resource: AtlasSchema, locate: Locate = nowhere) -> None:
    """Raise UnsupportedFieldError or ManifestError for what no schema of a CRD can say (or what is refused)."""
    spec, subject = resource.spec, resource.name
    for path, instead in REFUSED.items():
        # txMode: none means the same statements with less around them; only "all" promises more than we keep.
        if not said(spec, path) or (path == "spec.txMode" and spec.tx_mode != "all"):
            continue
        raise UnsupportedFieldError(f"{path} is not supported", place=locate(path), subject=subject, hint=instead)
    for path, problem in _problems(spec):
        raise ManifestError(f"{path}: {problem}", place=locate(path), subject=subject)


def ignored(spec: Spec) -> tuple[str, ...]:
    """The paths of the fields that this spec sets and nothing acts on."""
    passed_over = [path for path in IGNORED if said(spec, path)]
    if spec.tx_mode == "none":
        passed_over.append("spec.txMode")
    return tuple(passed_over)


def said(spec: Spec, path: str) -> bool:
    """Whether the field at the path differs from what it is when nothing is said."""
    value: object = spec
    default: object = Spec()
    for name in path.split(".")[1:]:
        value, default = _field(value, name), _field(default, name)
        if value is _MISSING:
            return False
    return value != (None if default is _MISSING else default)


def allowed(spec: Spec) -> frozenset[Hazard]:
    """The hazards that this resource may bring: those of `policy.allow`; all, where it says `error: false`."""
    if spec.policy.lint.destructive.error is False:
        return DESTRUCTIVE
    return frozenset(Hazard(name) for name in spec.policy.allow)


def _field(value: object, wire_name: str) -> object:
    if not isinstance(value, msgspec.Struct):
        return _MISSING
    found = {f.encode_name: f.name for f in msgspec.structs.fields(value)}
    return getattr(value, found[wire_name])


def _problems(spec: Spec) -> list[tuple[str, str]]:
    """What is wrong, as path and sentence, in the order in which a reader meets it."""
    targets = [p for p in ("spec.url", "spec.urlFrom", "spec.credentials") if said(spec, p)]
    problems: list[tuple[str, str]] = []
    if not targets:
        problems.append(("spec", "it names no database: set url, urlFrom or credentials"))
    if len(targets) > 1:
        problems.append((targets[1], f"only one of url, urlFrom and credentials may be set, and {targets[0]} is"))
    if spec.url_from is not None and spec.url_from.secret_key_ref is None:
        problems.append(("spec.urlFrom", "it needs a secretKeyRef"))
    if spec.credentials is not None:
        problems += _credential_problems(spec.credentials)
    schema = spec.schema
    if schema.sql is None and schema.config_map_key_ref is None:
        problems.append(("spec.schema", "it holds no schema: set sql or configMapKeyRef"))
    if schema.sql is not None and schema.config_map_key_ref is not None:
        problems.append(("spec.schema.configMapKeyRef", "only one of sql and configMapKeyRef may be set"))
    if schema.sql is not None and not schema.sql.strip():
        problems.append(("spec.schema.sql", "it is empty, and an empty schema would drop everything"))
    if (ref := schema.config_map_key_ref) is not None and not ref.key.endswith(".sql"):
        problems.append(("spec.schema.configMapKeyRef.key", "the key must end in .sql"))
    if seconds(spec.interval) < 1:
        problems.append(("spec.interval", "it must be at least 1s"))
    return problems


def _credential_problems(credentials: Credentials) -> list[tuple[str, str]]:
    problems = []
    if not credentials.scheme:
        problems.append(("spec.credentials.scheme", "it is required, for example postgres"))
    for name in ("user", "password", "host"):
        source = getattr(credentials, f"{name}_from")
        if source is not None and source.secret_key_ref is None:
            problems.append((f"spec.credentials.{name}From", "it needs a secretKeyRef"))
        if source is not None and getattr(credentials, name) is not None:
            problems.append((f"spec.credentials.{name}From", f"only one of {name} and {name}From may be set"))
    return problems
