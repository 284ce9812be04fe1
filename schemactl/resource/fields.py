"""Which fields of a spec are acted on, passed over with a word, or refused.

A field of the Atlas operator that we do not act on is refused where acting as if it were not there could do harm: the
user said "skip this", "review that first" or "take the schema from there". The others are passed over, and the
condition FieldsIgnored names them. Every field is in one of the three: a test counts them.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from schemactl.durations import seconds
from schemactl.errors import ManifestError, Place, UnsupportedFieldError
from schemactl.resource.manifests import AtlasSchema
from schemactl.resource.spec import ApprovalMode, Credentials, Policy, Spec, fields_of

Locate = Callable[[str], Place | None]

#: Acting as if these were absent could do harm: path of the field, and what to do instead.
REFUSED: dict[str, str] = {
    "spec.schema.hcl": "write the schema as SQL, in spec.schema.sql or a ConfigMap key ending in .sql",
    "spec.config": "a project file of Atlas is not read; say the same with url, schema, exclude and policy",
    "spec.configFrom": "a project file of Atlas is not read; say the same with url, schema, exclude and policy",
    "spec.cloud.repo": "plans are not reviewed in Atlas Cloud; remove it, and approve plans by annotation",
}

#: Harmless to pass over: path of the field, and why.
IGNORED: dict[str, str] = {
    "spec.envName": "no project file of Atlas is read, so there are no environments in it",
    "spec.vars": "no project file of Atlas is read, so there are no variables in it",
    "spec.devDB": "no pod is started: tables need no dev database",
    "spec.cloud.tokenFrom": "nothing is asked of Atlas Cloud",
    "spec.prewarmDevDB": "no pod is started, so none is kept warm",
}

#: What is acted on.
HONOURED: tuple[str, ...] = (
    "spec.url",
    "spec.urlFrom",
    "spec.credentials",
    "spec.schema.sql",
    "spec.schema.configMapKeyRef",
    "spec.schema.url",
    "spec.devURL",
    "spec.devURLFrom",
    "spec.backoffLimit",
    "spec.txMode",
    "spec.exclude",
    "spec.schemas",
    "spec.target.schemas",
    "spec.renames",
    "spec.deletionPolicy",
    "spec.policy.lint.destructive",
    "spec.policy.lint.review",
    "spec.policy.lint.codes",
    "spec.policy.diff.skip",
    "spec.policy.diff.column_order",
    "spec.policy.diff.concurrent_index",
    "spec.policy.drift",
    "spec.policy.approval",
    "spec.policy.hazards",
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
        if said(spec, path):
            raise UnsupportedFieldError(f"{path} is not supported", place=locate(path), subject=subject, hint=instead)
    for path, problem in _problems(spec):
        raise ManifestError(f"{path}: {problem}", place=locate(path), subject=subject)


def ignored(spec: Spec) -> dict[str, str]:
    """The paths of the fields that this spec sets and nothing acts on, each with why."""
    found = {path: why for path, why in IGNORED.items() if said(spec, path)}
    if spec.dev_db is not None:
        # Their address is that of the pod, as it sees itself.
        found |= {
            path: "it leads to the pod of devDB" for path in ("spec.devURL", "spec.devURLFrom") if said(spec, path)
        }
    elif (spec.dev_url or "").strip().startswith("docker:"):
        found["spec.devURL"] = "no container is started"
    return found


def said(spec: Spec, path: str) -> bool:
    """Whether the field at the path differs from what it is when nothing is said."""
    value: object = spec
    default: object = Spec()
    for name in path.split(".")[1:]:
        value, default = _field(value, name), _field(default, name)
        if value is _MISSING:
            return False
    return value != (None if default is _MISSING else default)


def _field(value: object, wire_name: str) -> object:
    if not isinstance(value, msgspec.Struct):
        return _MISSING
    found = {f.encode_name: f.name for f in fields_of(type(value))}
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
    problems += _schema_problems(spec)
    problems += _policy_problems(spec.policy)
    if spec.dev_url_from is not None and spec.dev_url_from.secret_key_ref is None:
        problems.append(("spec.devURLFrom", "it needs a secretKeyRef"))
    if spec.dev_url is not None and spec.dev_url_from is not None:
        problems.append(("spec.devURLFrom", "only one of devURL and devURLFrom may be set"))
    if spec.schemas and spec.target.schemas:
        problems.append(("spec.target.schemas", "only one of schemas and target.schemas may be set"))
    indexes = spec.policy.diff.concurrent_index
    if spec.tx_mode == "all" and (indexes.create or indexes.drop):
        problems.append(("spec.txMode", "no index can be built concurrently in one transaction with the rest"))
    if spec.backoff_limit < 0:
        problems.append(("spec.backoffLimit", "it must be at least 0"))
    if seconds(spec.interval) < 1:
        problems.append(("spec.interval", "it must be at least 1s"))
    return problems


def _schema_problems(spec: Spec) -> list[tuple[str, str]]:
    schema = spec.schema
    problems = []
    given = [name for name in ("sql", "url", "config_map_key_ref") if getattr(schema, name) is not None]
    names = {"config_map_key_ref": "configMapKeyRef"}
    if not given:
        problems.append(("spec.schema", "it holds no schema: set sql, configMapKeyRef or url"))
    if len(given) > 1:
        last = names.get(given[-1], given[-1])
        problems.append((f"spec.schema.{last}", f"only one of {given[0]} and {last} may be set"))
    if schema.sql is not None and not schema.sql.strip():
        problems.append(("spec.schema.sql", "it is empty, and an empty schema would drop everything"))
    if (ref := schema.config_map_key_ref) is not None and not ref.key.endswith(".sql"):
        problems.append(("spec.schema.configMapKeyRef.key", "the key must end in .sql"))
    return problems


def _policy_problems(policy: Policy) -> list[tuple[str, str]]:
    if policy.approval.mode is not ApprovalMode.NEVER:
        return []
    problems = []
    if policy.lint.review is not None:
        problems.append(("spec.policy.lint.review", "it asks for a review, and policy.approval.mode is Never"))
    for field in fields_of(type(policy.hazards)):
        if getattr(policy.hazards, field.name) == "approve":
            path = f"spec.policy.hazards.{field.encode_name}"
            problems.append((path, "it asks for an approval, and policy.approval.mode is Never"))
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
