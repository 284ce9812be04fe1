"""Documents into AtlasSchemas, Secrets and ConfigMaps."""

from __future__ import annotations

import base64
import binascii
import difflib
import re
from collections.abc import Iterator
from functools import cache
from typing import Any, Literal, TypeVar

import msgspec

from schemactl.errors import ManifestError
from schemactl.resource import spec as spec_module
from schemactl.resource.documents import Document
from schemactl.resource.spec import NonEmpty, Spec, fields_of

T = TypeVar("T", bound=msgspec.Struct)

GROUP = "db.atlasgo.io"
API_VERSION = f"{GROUP}/v1alpha1"


#: The digest of the one plan that somebody approved: `sha256:...`.
APPROVED_PLAN = f"{GROUP}/approved-plan"
#: Any text; one that has changed asks for a full look now, and is echoed in the status.
RECONCILE_REQUESTED = f"{GROUP}/reconcile-requested-at"


class Metadata(msgspec.Struct, frozen=True, kw_only=True):
    """What is needed of an object's metadata; everything else in it is left alone."""

    name: NonEmpty
    namespace: str = "default"
    generation: int = 1
    annotations: dict[str, str] | None = None

    @property
    def approved_plan(self) -> str:
        return (self.annotations or {}).get(APPROVED_PLAN, "").strip()

    @property
    def reconcile_requested_at(self) -> str:
        return (self.annotations or {}).get(RECONCILE_REQUESTED, "").strip()


class AtlasSchema(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"api_version": "apiVersion"}
):
    """One database to be kept as desired. `status` of a manifest is not read."""

    api_version: Literal["db.atlasgo.io/v1alpha1"] = "db.atlasgo.io/v1alpha1"
    kind: Literal["AtlasSchema"] = "AtlasSchema"
    metadata: Metadata
    spec: Spec = Spec()
    status: Any = None

    @property
    def name(self) -> str:
        """`namespace/name`."""
        return f"{self.metadata.namespace}/{self.metadata.name}"


class Secret(msgspec.Struct, frozen=True, kw_only=True, rename={"string_data": "stringData"}):
    """`data` is base64; `string_data` is plain and wins."""

    metadata: Metadata
    data: dict[str, str] = {}
    string_data: dict[str, str] = {}

    def values(self) -> dict[str, str]:
        """The values, decoded. Raises ValueError naming the key that is no base64 of UTF-8 text."""
        decoded: dict[str, str] = {}
        for key, value in self.data.items():
            try:
                decoded[key] = base64.b64decode("".join(value.split()), validate=True).decode()
            except (binascii.Error, UnicodeDecodeError):
                raise ValueError(f"data.{key}: this is not base64 of UTF-8 text") from None
        return decoded | self.string_data


class ConfigMap(msgspec.Struct, frozen=True, kw_only=True):
    metadata: Metadata
    data: dict[str, str] = {}

    def values(self) -> dict[str, str]:
        return self.data


class Unrelated(msgspec.Struct, frozen=True, kw_only=True):
    """A document that is nothing to us: of another kind, or no Kubernetes object at all."""

    kind: str


Manifest = AtlasSchema | Secret | ConfigMap | Unrelated

_KINDS: dict[tuple[str, str], type[Secret] | type[ConfigMap]] = {
    ("v1", "Secret"): Secret,
    ("v1", "ConfigMap"): ConfigMap,
}


def manifest(document: Document) -> Manifest:
    """What the document declares. Raises ManifestError with the path and the place of the field that is wrong."""
    value = document.value
    if not isinstance(value, dict):
        return Unrelated(kind="(no object)")
    version, kind = str(value.get("apiVersion", "")), str(value.get("kind", ""))
    if version.split("/")[0] == GROUP or kind == "AtlasSchema":
        _require_ours(document, version, kind)
        return _converted(document, AtlasSchema)
    if found := _KINDS.get((version, kind)):
        converted = _converted(document, found)
        try:
            converted.values()
        except ValueError as error:
            path = str(error).partition(":")[0]
            raise ManifestError(str(error), place=document.place(path), subject=subject(document)) from None
        return converted
    return Unrelated(kind=kind or "(no kind)")


def from_object(value: dict[str, Any]) -> AtlasSchema:
    """The AtlasSchema that an API server hands out. Raises ManifestError with the path of the field, and no place."""
    try:
        return msgspec.convert(value, AtlasSchema)
    except msgspec.ValidationError as error:
        path, message, hint = _explained(str(error))
        raise ManifestError(f"{path}: {message}" if path else message, hint=hint) from None


def subject(document: Document) -> str:
    """`namespace/name` of the document where it has a name, else nothing."""
    value = document.value
    metadata = value.get("metadata") if isinstance(value, dict) else None
    if not isinstance(metadata, dict) or not isinstance(metadata.get("name"), str):
        return ""
    return f"{metadata.get('namespace') or 'default'}/{metadata['name']}"


def _require_ours(document: Document, version: str, kind: str) -> None:
    if kind != "AtlasSchema":
        raise ManifestError(
            f"kind: {kind or '(none)'} of {GROUP} is not managed by schemactl",
            place=document.place("kind"),
            subject=subject(document),
            hint="schemactl manages the kind AtlasSchema; keep other kinds in another directory",
        )
    if version != API_VERSION:
        raise ManifestError(
            f"apiVersion: {version or '(none)'} is not known for AtlasSchema",
            place=document.place("apiVersion"),
            subject=subject(document),
            hint=f"write apiVersion: {API_VERSION}",
        )


def _converted(document: Document, kind: type[T]) -> T:
    try:
        return msgspec.convert(document.value, kind)
    except msgspec.ValidationError as error:
        path, message, hint = _explained(str(error))
        text = f"{path}: {message}" if path else message
        raise ManifestError(text, place=document.place(path), subject=subject(document), hint=hint) from None


_WHERE = re.compile(r" - at `(?:key in )?\$\.?([^`]*)`$")
_UNKNOWN = re.compile(r"Object contains unknown field `(.*)`")
_MISSING = re.compile(r"Object missing required field `(.*)`")


def _explained(text: str) -> tuple[str, str, str]:
    """Path of the field, sentence and hint, from the message of msgspec."""
    where = _WHERE.search(text)
    path = where[1].partition("[...]")[0] if where else ""
    message = text[: where.start()] if where else text
    if unknown := _UNKNOWN.fullmatch(message):
        near = difflib.get_close_matches(unknown[1], _field_names(), n=1)
        hint = f"did you mean {near[0]!r}?" if near else ""
        return _joined(path, unknown[1]), "there is no such field", hint
    if missing := _MISSING.fullmatch(message):
        return _joined(path, missing[1]), "this field is required", ""
    if "matching regex" in message:
        return path, "this is not of the right form", "durations are written 30s, 5m or 1h30m"
    return path, message[:1].lower() + message[1:], ""


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


@cache
def _field_names() -> list[str]:
    structs: Iterator[Any] = (v for v in vars(spec_module).values() if isinstance(v, type))
    return sorted({f.encode_name for s in structs if issubclass(s, spec_module.Part) for f in fields_of(s)})
