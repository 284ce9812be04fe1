"""The CRD and the types say the same, and every example is valid by both."""

from __future__ import annotations

import json
import types
from enum import Enum
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import cel
import jsonschema
import msgspec
import pytest
import yaml

from schemactl.errors import ManifestError
from schemactl.resource import AtlasSchema, Status, check, documents, from_object, manifest
from schemactl.resource.spec import DriftPolicy, DriftRule, Spec

ROOT = Path(__file__).parents[2]
CRD = yaml.safe_load((ROOT / "crds" / "db.atlasgo.io_atlasschemas.yaml").read_text(encoding="utf-8"))
VERSION = CRD["spec"]["versions"][0]
SCHEMA = VERSION["schema"]["openAPIV3Schema"]
EXAMPLES = sorted(p for p in (ROOT / "examples").rglob("*") if p.suffix in {".yaml", ".yml"})

NAMES = {str: "string", bool: "boolean", int: "integer", float: "number"}
NOTHING_SAID: tuple[Any, ...] = (None, False, 0, "", (), {})


def shape(kind: Any) -> dict[str, Any]:
    """A type in the words of a structural schema."""
    if kind == DriftPolicy | DriftRule:  # either form of one field: no type can say that
        modes = [mode.value for mode in DriftPolicy]
        return {"enum": [*modes, *({"mode": mode} for mode in modes)]}
    if get_origin(kind) in (Union, types.UnionType):
        (kind,) = [one for one in get_args(kind) if one is not types.NoneType]
    if hasattr(kind, "__metadata__"):
        limits = {"min_length": "minLength", "ge": "minimum", "le": "maximum", "pattern": "pattern"}
        (meta,) = kind.__metadata__
        given = {limits[n]: getattr(meta, n) for n in limits if getattr(meta, n) is not None}
        return shape(kind.__origin__) | given
    if get_origin(kind) is Literal:
        return {"type": "string", "enum": list(get_args(kind))}
    if get_origin(kind) is tuple:
        return {"type": "array", "items": shape(get_args(kind)[0])}
    if get_origin(kind) is dict:
        values = get_args(kind)[1]
        return {"type": "object", **({} if values is Any else {"additionalProperties": shape(values)})}
    if issubclass(kind, Enum):
        return {"type": "string", "enum": [member.value for member in kind]}
    if issubclass(kind, msgspec.Struct):
        return struct_shape(kind)
    return {"type": NAMES[kind]}


def struct_shape(kind: type[msgspec.Struct]) -> dict[str, Any]:
    hints = get_type_hints(kind, include_extras=True)
    fields = msgspec.structs.fields(kind)
    found: dict[str, Any] = {"type": "object", "properties": {f.encode_name: shape(hints[f.name]) for f in fields}}
    for field in fields:
        default = field.default
        if default is msgspec.NODEFAULT or default in NOTHING_SAID or isinstance(default, msgspec.Struct):
            continue
        found["properties"][field.encode_name]["default"] = default.value if isinstance(default, Enum) else default
    if required := [f.encode_name for f in fields if f.required]:
        found["required"] = required
    return found


def bare(schema: Any) -> Any:
    """A schema without what types cannot say: descriptions, rules, Kubernetes' own keys."""
    if isinstance(schema, list):
        return [bare(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    mute = {"description", "format"}
    return {
        key: {name: bare(one) for name, one in value.items()} if key == "properties" else bare(value)
        for key, value in schema.items()
        if key not in mute and not key.startswith("x-kubernetes-")
    }


def test_spec_and_crd_say_the_same() -> None:
    assert bare(SCHEMA["properties"]["spec"]) == shape(Spec)


def test_status_and_crd_say_the_same() -> None:
    def fields(schema: dict[str, Any]) -> Any:
        if schema["type"] == "object":
            return {name: fields(one) for name, one in schema["properties"].items()}
        return [fields(schema["items"])] if schema["type"] == "array" else schema["type"]

    assert fields(SCHEMA["properties"]["status"]) == fields(shape(Status))
    assert SCHEMA["properties"]["status"]["default"] == {"observedGeneration": Status().observed_generation}


def test_the_crd_is_structural() -> None:
    """A description of every property has a type, and nothing is said by $ref, anyOf and the like."""

    def walk(schema: dict[str, Any], path: str) -> None:
        assert "type" in schema or schema["x-kubernetes-preserve-unknown-fields"], path
        assert not schema.keys() & {"$ref", "anyOf", "oneOf", "allOf", "not", "additionalItems"}, path
        assert not ("properties" in schema and "additionalProperties" in schema), path
        for name, one in schema.get("properties", {}).items():
            walk(one, f"{path}.{name}")
        if "items" in schema:
            walk(schema["items"], f"{path}[]")

    walk(SCHEMA, "")


def test_names_and_subresource() -> None:
    assert CRD["metadata"]["name"] == f"{CRD['spec']['names']['plural']}.{CRD['spec']['group']}"
    assert CRD["spec"]["names"]["shortNames"] == ["asch"]
    assert VERSION["subresources"] == {"status": {}}
    assert AtlasSchema.__annotations__["kind"]
    columns = {column["name"] for column in VERSION["additionalPrinterColumns"]}
    assert {"Ready", "Status", "Target", "Drift", "Age"} <= columns


def test_it_fits_into_the_annotation_of_a_client_side_apply() -> None:
    assert len(json.dumps(CRD)) < 262144 // 4


def closed(schema: Any) -> Any:
    """The schema with unknown fields refused, as `kubectl apply --validate=strict` does."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {key: closed(value) for key, value in schema.items()}
    if "properties" in schema and schema.get("type") == "object":
        inner["additionalProperties"] = False
    return inner


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: str(path.relative_to(ROOT)))
def test_examples_are_valid(path: Path) -> None:
    for document in documents(path.read_text(encoding="utf-8"), str(path)):
        found = manifest(document)
        if isinstance(found, AtlasSchema):
            assert isinstance(document.value, dict)
            spec_only = {key: document.value[key] for key in ("apiVersion", "kind", "spec")}
            jsonschema.validate(spec_only, closed(SCHEMA))


def test_there_are_examples() -> None:
    assert EXAMPLES


def rules(schema: dict[str, Any], value: Any, path: str = "spec") -> list[tuple[str, str, bool]]:
    """What each rule in CEL says of the value: path, message, and whether it holds. As an API server asks them: where the
    field is."""
    found = [
        (path, rule["message"], bool(cel.evaluate(rule["rule"], {"self": value})))
        for rule in schema.get("x-kubernetes-validations", ())
    ]
    for name, one in schema.get("properties", {}).items():
        if isinstance(value, dict) and name in value:
            found += rules(one, value[name], f"{path}.{name}")
    return found


SPEC = SCHEMA["properties"]["spec"]
GOOD: dict[str, Any] = {"url": "postgresql://h/d", "schema": {"sql": "SELECT 1;"}}
REF = {"secretKeyRef": {"name": "s", "key": "k"}}
BROKEN: dict[str, dict[str, Any]] = {
    "only one of url, urlFrom and credentials may be set": {"urlFrom": REF},
    "only one of devURL and devURLFrom may be set": {"devURL": "scratch", "devURLFrom": REF},
    "only one of schemas and target.schemas may be set": {"schemas": ["a"], "target": {"schemas": ["b"]}},
    "only one of sql, url and configMapKeyRef may be set": {"schema": {"sql": "SELECT 1;", "url": "file:///a"}},
    "interval must be at least 1s": {"interval": "999ms"},
}
for _name in ("user", "password", "host"):
    _twice: dict[str, Any] = {"scheme": "postgres", _name: "x", f"{_name}From": REF}
    BROKEN[f"only one of {_name} and {_name}From may be set"] = {"url": None, "credentials": _twice}


def test_there_is_a_specimen_for_each_rule() -> None:
    whole = GOOD | {"credentials": {}, "interval": "1s"}
    assert {message for _, message, _ in rules(SPEC, whole)} == BROKEN.keys()
    assert all(holds for _, _, holds in rules(SPEC, GOOD | {"interval": "1s"}))


@pytest.mark.parametrize("message", BROKEN)
def test_what_breaks_a_rule_breaks_that_one_alone_and_is_refused_by_us_as_well(message: str) -> None:
    spec = {key: value for key, value in (GOOD | BROKEN[message]).items() if value is not None}
    assert [text for _, text, holds in rules(SPEC, spec) if not holds] == [message]
    metadata = {"name": "app", "namespace": "n"}
    found = from_object(
        {"apiVersion": "db.atlasgo.io/v1alpha1", "kind": "AtlasSchema", "metadata": metadata, "spec": spec}
    )
    with pytest.raises(ManifestError):
        check(found)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: str(path.relative_to(ROOT)))
def test_examples_break_no_rule(path: Path) -> None:
    for document in documents(path.read_text(encoding="utf-8"), str(path)):
        if isinstance(manifest(document), AtlasSchema):
            assert isinstance(document.value, dict)
            assert all(holds for _, _, holds in rules(SPEC, document.value["spec"]))
