"""What is wrong with a manifest is told with the path of the field and its place; what is right is taken whole."""

from __future__ import annotations

import base64

import msgspec
import pytest

from schemactl.errors import ManifestError, SchemactlError, UnsupportedFieldError
from schemactl.resource import AtlasSchema, ConfigMap, Secret, Unrelated, allowed, check, documents, ignored, manifest
from schemactl.resource import fields as fields_module
from schemactl.resource.spec import Allowed, Spec
from schemactl.steps import DESTRUCTIVE, Hazard

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
  policy:
    drift: Report
    allow: [DROPS_COLUMN]
    lint: {destructive: {error: true}, review: ALWAYS}
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
        "  txMode: all\n",
        "  policy: {lint: {review: ERROR}}\n",
        "  policy: {diff: {skip: {drop_column: true}}}\n",
    ],
)
def test_refused_fields(body: str) -> None:
    with pytest.raises(UnsupportedFieldError) as caught:
        spec_of(body)
    assert caught.value.place is not None
    assert caught.value.place.line == 7
    assert caught.value.hint


@pytest.mark.parametrize("schema", ["{hcl: x}", "{url: 'atlas://app'}"])
def test_refused_schemas(schema: str) -> None:
    with pytest.raises(UnsupportedFieldError):
        loaded(f"{HEAD}{TARGET}  schema: {schema}\n")


@pytest.mark.parametrize(
    ("body", "paths"),
    [
        ("", ()),
        ("  txMode: file\n  backoffLimit: 20\n  policy: {diff: {skip: {drop_table: false}}}\n", ()),
        ("  txMode: none\n", ("spec.txMode",)),
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
    assert ignored(spec_of(body)) == paths


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


def test_consent() -> None:
    assert allowed(spec_of("")) == frozenset()
    assert allowed(spec_of("  policy: {allow: [DROPS_COLUMN]}\n")) == {Hazard.DROPS_COLUMN}
    assert allowed(spec_of("  policy: {lint: {destructive: {error: true}}}\n")) == frozenset()
    assert allowed(spec_of("  policy: {lint: {destructive: {error: false}}}\n")) == DESTRUCTIVE
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
