"""What is wrong with a manifest is told with the path of the field and its place; what is right is taken whole."""

from __future__ import annotations

import base64

import msgspec
import pytest

from schemactl.errors import ManifestError, SchemactlError, UnsupportedFieldError
from schemactl.policy import Action
from schemactl.resource import AtlasSchema, ConfigMap, Secret, Unrelated, check, documents, ignored, manifest, rules
from schemactl.resource import fields as fields_module
from schemactl.resource.spec import Allowed, Hazards, Spec
from schemactl.steps import DESTRUCTIVE, Hazard, HazardClass

HEAD = """\
apiVersion: db.atlasgo.io/v1alpha1
kind: AtlasSchema
metadata: {name: app}
spec:
"""
TARGET = "  url: postgres://u:hidden@h/d\n"
SCHEMA = "  schema: {sql: 'CREATE TABLE t (i int);'}\n"


def loaded(text: str) -> AtlasSchema:
    (document,) = documents(text, "app.yaml")
    found = manifest(document)
    assert isinstance(found, AtlasSchema)
    check(found, document.place)
    return found


def spec_of(body: str) -> Spec:
    return loaded(HEAD + TARGET + SCHEMA + body).spec


ALL_FIELDS = """
  credentials: {}
  exclude: [public.old]
  schemas: [public]
  envName: kubernetes
  vars:
    - {key: a, value: b}
    - {key: c, valueFrom: {secretKeyRef: {name: s, key: k}, configMapKeyRef: {name: s, key: k}}}
  devDB: {spec: {containers: [{name: any, image: thing}]}}
  devURL: postgres://x/y
  devURLFrom: {secretKeyRef: {name: s, key: k, optional: true}}
  cloud: {tokenFrom: {secretKeyRef: {name: s, key: k}}, repo: r}
  config: "env {}"
  configFrom: {secretKeyRef: {name: s, key: k}}
  txMode: all
  backoffLimit: 3
  prewarmDevDB: false
  interval: 1h30m
  suspend: true
  target: {schemas: ["tenant_*"]}
  renames: [{from: public.a, to: public.b}]
  deletionPolicy: Retain
  policy:
    drift: Report
    allow: [DROPS_COLUMN]
    approval: {mode: Always}
    hazards: {data-loss: approve, blocks-reads: refuse, blocks-writes: warn, rewrites-table: allow, scans-table: warn,
      may-fail-on-data: approve, breaks-clients: approve, changes-access: warn, not-reversible: refuse}
    lint: {destructive: {error: true}, review: ALWAYS, codes: {PG301: error, MF: warn, all: "off"}}
    diff:
      column_order: true
      concurrent_index: {create: true, drop: false}
      skip: {add_schema: true, drop_schema: true, modify_schema: true, add_table: true, drop_table: true,
        modify_table: true, add_column: true, drop_column: true, modify_column: true, add_index: true,
        drop_index: true, modify_index: true, add_foreign_key: true, drop_foreign_key: true, modify_foreign_key: true}
"""


def test_every_field_is_taken() -> None:
    (document,) = documents(HEAD + TARGET + SCHEMA + ALL_FIELDS, "app.yaml")
    found = manifest(document)
    assert isinstance(found, AtlasSchema)
    spec = found.spec
    assert (spec.interval, spec.suspend, spec.policy.drift, spec.backoff_limit) == ("1h30m", True, "Report", 3)
    assert spec.policy.diff.skip.modify_foreign_key
    assert msgspec.convert(msgspec.to_builtins(spec), Spec) == spec


@pytest.mark.parametrize(
    ("body", "path", "line"),
    [
        ("  colour: red\n", "spec.colour", 7),
        ("  policy: {drift: Mend}\n", "spec.policy.drift", 7),
        ("  policy:\n    diff:\n      skip: {drop_view: true}\n", "spec.policy.diff.skip.drop_view", 9),
        ("  policy: {allow: [DROPS_EVERYTHING]}\n", "spec.policy.allow[0]", 7),
        ("  policy: {allow: [BUILDS_INDEX]}\n", "spec.policy.allow[0]", 7),
        ("  interval: soon\n", "spec.interval", 7),
        ("  interval: 100ms\n", "spec.interval", 7),
        ("  suspend: maybe\n", "spec.suspend", 7),
        ("  txMode: some\n", "spec.txMode", 7),
        ("  exclude: public.x\n", "spec.exclude", 7),
        ("  policy: {drift: {mode: Mend}}\n", "spec.policy.drift.mode", 7),
        ("  policy: {drift: {colour: red}}\n", "spec.policy.drift.colour", 7),
        ("  policy: {approval: {mode: Sometimes}}\n", "spec.policy.approval.mode", 7),
        ("  policy: {hazards: {data-loss: shrug}}\n", "spec.policy.hazards.data-loss", 7),
        ("  policy: {hazards: {losses: refuse}}\n", "spec.policy.hazards.losses", 7),
        ("  policy: {lint: {codes: {PG301: loud}}}\n", "spec.policy.lint.codes", 7),
        ("  policy: {approval: {mode: Never}, hazards: {data-loss: approve}}\n", "spec.policy.hazards.data-loss", 7),
        ("  policy: {approval: {mode: Never}, lint: {review: ALWAYS}}\n", "spec.policy.lint.review", 7),
        ("  schemas: [a]\n  target: {schemas: [b]}\n", "spec.target.schemas", 8),
        ("  deletionPolicy: Delete\n", "spec.deletionPolicy", 7),
        ("  renames: [{from: a}]\n", "spec.renames[0].to", 7),
        ("  txMode: all\n  policy: {diff: {concurrent_index: {create: true}}}\n", "spec.txMode", 7),
        ("  devURL: a\n  devURLFrom: {secretKeyRef: {name: a, key: b}}\n", "spec.devURLFrom", 8),
        ("  backoffLimit: -1\n", "spec.backoffLimit", 7),
        ("  backoffLimit: many\n", "spec.backoffLimit", 7),
        ("  vars:\n    - {value: x}\n", "spec.vars[0].key", 8),
        ("  urlFrom: {secretKeyRef: {name: a, key: b}}\n", "spec.urlFrom", 7),
        ("  devURLFrom: {secretKeyRef: {name: a}}\n", "spec.devURLFrom.secretKeyRef.key", 7),
    ],
)
def test_wrong_fields(body: str, path: str, line: int) -> None:
    with pytest.raises(ManifestError) as caught:
        spec_of(body)
    assert caught.value.message.startswith(f"{path}: ")
    assert caught.value.place is not None
    assert (caught.value.place.file, caught.value.place.line) == ("app.yaml", line)
    assert caught.value.subject == "default/app"
    assert "hidden" not in caught.value.message + str(caught.value.place) + caught.value.place.excerpt


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (HEAD + SCHEMA, "names no database"),
        (HEAD + TARGET + "  suspend: false\n", "holds no schema"),
        (HEAD + TARGET + "  schema: {sql: '  '}\n", "would drop everything"),
        (HEAD + TARGET + "  schema: {sql: x, configMapKeyRef: {name: a, key: b.sql}}\n", "only one of sql"),
        (HEAD + TARGET + "  schema: {configMapKeyRef: {name: a, key: b.hcl}}\n", "must end in .sql"),
        (HEAD + SCHEMA + "  credentials: {host: h}\n", "spec.credentials.scheme"),
        (HEAD + SCHEMA + "  credentials: {scheme: postgres, host: h, hostFrom: {}}\n", "spec.credentials.hostFrom"),
        (HEAD + SCHEMA + "  urlFrom: {}\n", "spec.urlFrom: it needs a secretKeyRef"),
        (HEAD.replace("AtlasSchema", "AtlasMigration"), "kind: AtlasMigration"),
        (HEAD.replace("v1alpha1", "v2"), "apiVersion: db.atlasgo.io/v2"),
        (HEAD.replace("{name: app}", "{}"), "metadata.name"),
        ("a: 1\na: 2\n", "'a' is given twice"),
        ("a: [1\n", "this is no YAML"),
        ("a: !secret hidden\n", "a YAML tag that is not known"),
    ],
)
def test_wrong_manifests(text: str, message: str) -> None:
    with pytest.raises(ManifestError, match=message.replace("(", r"\(")) as caught:
        loaded(text)
    assert caught.value.place is not None
    assert "hidden" not in str(caught.value)


def test_near_miss_is_named() -> None:
    with pytest.raises(ManifestError) as caught:
        spec_of("  intervall: 5m\n")
    assert "'interval'" in caught.value.hint


@pytest.mark.parametrize(
    "body",
    [
        "  config: x\n",
        "  configFrom: {secretKeyRef: {name: a, key: b}}\n",
        "  cloud: {repo: r}\n",
    ],
)
def test_refused_fields(body: str) -> None:
    with pytest.raises(UnsupportedFieldError) as caught:
        spec_of(body)
    assert caught.value.place is not None
    assert caught.value.place.line == 7
    assert caught.value.hint


@pytest.mark.parametrize("schema", ["{hcl: x}"])
def test_refused_schemas(schema: str) -> None:
    with pytest.raises(UnsupportedFieldError):
        loaded(f"{HEAD}{TARGET}  schema: {schema}\n")


@pytest.mark.parametrize(
    ("body", "paths"),
    [
        ("", ()),
        ("  txMode: file\n  backoffLimit: 20\n  policy: {diff: {skip: {drop_table: false}}}\n", ()),
        ("  txMode: none\n", ()),
        ("  devURL: postgres://dev/dev\n", ()),
        ("  devURL: docker://postgres/17/dev\n", ("spec.devURL",)),
        ("  devDB: {spec: {}}\n  devURL: x\n", ("spec.devDB", "spec.devURL")),
        ("  cloud: {tokenFrom: {secretKeyRef: {name: a, key: b}}}\n", ("spec.cloud.tokenFrom",)),
        ("  policy: {diff: {concurrent_index: {create: true}}}\n", ()),
        (
            "  envName: e\n  vars: [{key: a}]\n  prewarmDevDB: true\n",
            ("spec.envName", "spec.vars", "spec.prewarmDevDB"),
        ),
    ],
)
def test_ignored_fields(body: str, paths: tuple[str, ...]) -> None:
    found = ignored(spec_of(body))
    assert tuple(found) == paths
    assert all(found.values())


def test_every_field_is_honoured_ignored_or_refused() -> None:
    told = {*fields_module.REFUSED, *fields_module.IGNORED, *fields_module.HONOURED}

    def leaves(kind: type[msgspec.Struct], path: str) -> None:
        for field in msgspec.structs.fields(kind):
            here = f"{path}.{field.encode_name}"
            if here in told:
                continue
            inside = [one for one in (field.type, *getattr(field.type, "__args__", ())) if isinstance(one, type)]
            structs = [one for one in inside if issubclass(one, msgspec.Struct)]
            assert structs, f"{here} is in none of HONOURED, IGNORED and REFUSED"
            for one in structs:
                leaves(one, here)

    leaves(Spec, "spec")
    for path in told:
        fields_module.said(Spec(), path)


LOSES = Hazard.DROPS_COLUMN


@pytest.mark.parametrize(
    ("policy", "column", "table"),
    [
        ("{}", Action.APPROVE, Action.APPROVE),
        ("{allow: [DROPS_COLUMN]}", Action.WARN, Action.APPROVE),
        ("{approval: {mode: Never}}", Action.REFUSE, Action.REFUSE),
        ("{approval: {mode: Never}, allow: [DROPS_COLUMN]}", Action.WARN, Action.REFUSE),
        ("{lint: {destructive: {error: true}}}", Action.REFUSE, Action.REFUSE),
        ("{lint: {destructive: {error: true}}, allow: [DROPS_COLUMN]}", Action.WARN, Action.REFUSE),
        ("{lint: {destructive: {error: false}}}", Action.WARN, Action.WARN),
        ("{lint: {destructive: {error: true}}, hazards: {data-loss: warn}}", Action.REFUSE, Action.REFUSE),
        ("{lint: {destructive: {error: false}}, hazards: {data-loss: refuse}}", Action.REFUSE, Action.REFUSE),
        ("{hazards: {data-loss: approve}, allow: [DROPS_COLUMN]}", Action.APPROVE, Action.APPROVE),
    ],
)
def test_what_becomes_of_what_loses_data(policy: str, column: Action, table: Action) -> None:
    found = rules(spec_of(f"  policy: {policy}\n"))
    assert (found.action(LOSES), found.action(Hazard.DROPS_TABLE)) == (column, table)


def test_hazards_by_class() -> None:
    found = rules(spec_of("  policy: {hazards: {scans-table: refuse}}\n"))
    assert found.action(Hazard.BUILDS_INDEX) is Action.REFUSE
    assert found.action(Hazard.REWRITES_TABLE) is Action.WARN
    assert {field.encode_name for field in msgspec.structs.fields(Hazards)} == set(HazardClass)
    assert set(Allowed.__args__) == {hazard.value for hazard in DESTRUCTIVE}  # type: ignore[attr-defined]


def other(text: str) -> Secret | ConfigMap | Unrelated:
    (document,) = documents(text, "x.yaml")
    found = manifest(document)
    assert not isinstance(found, AtlasSchema)
    return found


def test_secrets() -> None:
    value = base64.b64encode(b"postgres://x").decode()
    head = "apiVersion: v1\nkind: Secret\nmetadata: {name: s, labels: {any: thing}}\ntype: Opaque\n"
    both = other(f"{head}data: {{url: {value}, other: {value}}}\nstringData: {{url: plain}}\n")
    assert isinstance(both, Secret)
    assert both.values() == {"url": "plain", "other": "postgres://x"}
    with pytest.raises(SchemactlError) as caught:
        other(f"{head}data: {{url: 'hidden!'}}\n")
    assert "data.url" in caught.value.message
    assert "hidden" not in caught.value.message


def test_other_kinds() -> None:
    assert isinstance(other("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a.sql: x}\n"), ConfigMap)
    assert other("apiVersion: apps/v1\nkind: Deployment\n") == Unrelated(kind="Deployment")
    assert other("just: values\n") == Unrelated(kind="(no kind)")
    assert other("- a\n") == Unrelated(kind="(no object)")


def test_documents_of_one_file() -> None:
    text = f"---\n{HEAD}{TARGET}{SCHEMA}---\n# nothing\n---\napiVersion: v1\nkind: Secret\nmetadata: {{name: s}}\n"
    found = list(documents(text, "x.yaml"))
    assert [type(manifest(one)) for one in found] == [AtlasSchema, Secret]
    assert str(found[1].place("kind")) == "x.yaml:12:1"
