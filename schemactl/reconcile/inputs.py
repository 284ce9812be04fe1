"""What a look at a resource rests on: the target's URL and the desired SQL, with every reference followed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import quote

from schemactl.dialect import SourceText
from schemactl.errors import MissingReferenceError, SourceNotFoundError, UnsupportedFieldError
from schemactl.resource import AtlasSchema, KeyRef, check, ignored, lint_of, nowhere
from schemactl.resource.fields import Locate
from schemactl.resource.spec import Credentials, SecretSource


class References(Protocol):
    """Where Secrets and ConfigMaps are looked up. Both return None for what is not there."""

    def secret(self, namespace: str, name: str, key: str) -> str | None: ...

    def config_map(self, namespace: str, name: str, key: str) -> str | None: ...


#: Reads the texts of a `schema.url`. Raises SourceNotFoundError, and UnsupportedFieldError for a URL that it does not read.
Fetch = Callable[[str], Sequence[SourceText]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """The target's URL with its password (never in a repr), and the texts of the desired schema.

    `dev_url` says where a dev database is to be had: a URL, `scratch` or `embedded`; empty where none is.
    """

    url: str = field(repr=False)
    sources: tuple[SourceText, ...] = field(repr=False)
    dev_url: str = field(default="", repr=False)


def resolve(
    resource: AtlasSchema, references: References, locate: Locate = nowhere, *, fetch: Fetch | None = None
) -> Inputs:
    """Check the resource and follow its references. Raises ManifestError, UnsupportedFieldError or
    MissingReferenceError, each with the place that `locate` knows for the field.

    Without `fetch`, a `schema.url` is refused.
    """
    check(resource, locate)
    lint_of(resource.spec)
    follow = _Follower(resource, references, locate, fetch)
    return Inputs(url=follow.url(), sources=follow.sources(), dev_url=follow.dev_url())


def sources(
    resource: AtlasSchema, references: References, locate: Locate = nowhere, *, fetch: Fetch | None = None
) -> tuple[SourceText, ...]:
    """The texts of the desired schema alone: nothing is asked of where the database is. The rest is as of `resolve`."""
    check(resource, locate)
    lint_of(resource.spec)
    return _Follower(resource, references, locate, fetch).sources()


@dataclass(frozen=True, slots=True)
class _Follower:
    resource: AtlasSchema
    references: References
    locate: Locate
    fetch: Fetch | None

    def url(self) -> str:
        spec = self.resource.spec
        if spec.url is not None:
            return spec.url
        if spec.credentials is not None:
            return self._from_credentials(spec.credentials)
        url = self._secret(spec.url_from, "spec.urlFrom")
        if url is None:
            raise self._missing("the Secret with the URL is optional and not there", "spec.urlFrom", "")
        return url.strip()

    def dev_url(self) -> str:
        spec = self.resource.spec
        if "spec.devURL" in (passed_over := ignored(spec)) or "spec.devURLFrom" in passed_over:
            return ""
        return (spec.dev_url or self._secret(spec.dev_url_from, "spec.devURLFrom") or "").strip()

    def sources(self) -> tuple[SourceText, ...]:
        url = self.resource.spec.schema.url
        return (self._sql(),) if url is None else tuple(self._fetched(url))

    def _fetched(self, url: str) -> Sequence[SourceText]:
        path = "spec.schema.url"
        if self.fetch is None:
            raise self._unsupported(f"{path} is not supported here", "put the SQL in spec.schema.sql or a ConfigMap")
        try:
            found = self.fetch(url)
        except SourceNotFoundError as error:
            raise self._missing(error.message, path, error.hint) from None
        except UnsupportedFieldError as error:
            raise self._unsupported(f"{path}: {error.message}", error.hint) from None
        if not any(one.text.strip() for one in found):
            raise self._missing("it is empty, and an empty schema would drop everything", path, "write the schema")
        return found

    def _unsupported(self, message: str, hint: str) -> UnsupportedFieldError:
        place = self.locate("spec.schema.url")
        return UnsupportedFieldError(message, place=place, subject=self.resource.name, hint=hint)

    def _sql(self) -> SourceText:
        schema = self.resource.spec.schema
        if schema.sql is not None:
            return SourceText(name=f"{self.resource.name} spec.schema.sql", text=schema.sql)
        ref = schema.config_map_key_ref
        assert ref is not None, "check() lets nothing else pass"
        path = "spec.schema.configMapKeyRef"
        text = self.references.config_map(self.resource.metadata.namespace, ref.name, ref.key)
        if text is None:
            hint = f"add a ConfigMap {ref.name!r} with the key {ref.key!r} to namespace {self._namespace!r}"
            raise self._missing(f"there is no key {ref.key!r} in a ConfigMap {ref.name!r}", path, hint)
        if not text.strip():
            raise self._missing(
                f"the key {ref.key!r} of the ConfigMap {ref.name!r} is empty, and an empty schema would drop everything",
                path,
                "write the schema into it",
            )
        return SourceText(name=f"ConfigMap {ref.name} {ref.key}", text=text)

    @property
    def _namespace(self) -> str:
        return self.resource.metadata.namespace

    def _from_credentials(self, given: Credentials) -> str:
        path = "spec.credentials"
        user = self._secret(given.user_from, f"{path}.userFrom") or given.user
        password = self._secret(given.password_from, f"{path}.passwordFrom") or given.password
        host = self._secret(given.host_from, f"{path}.hostFrom") or given.host
        userinfo = quote(user or "", safe="")
        if password:
            userinfo += ":" + quote(password, safe="")
        location = (host or "").strip() + (f":{given.port}" if given.port else "")
        query = "&".join(f"{quote(k, safe='')}={quote(v, safe='')}" for k, v in given.parameters.items())
        database = quote(given.database or "", safe="")
        return f"{given.scheme}://{userinfo}{'@' if userinfo else ''}{location}/{database}{'?' if query else ''}{query}"

    def _secret(self, source: SecretSource | None, path: str) -> str | None:
        ref: KeyRef | None = source.secret_key_ref if source else None
        if ref is None:
            return None
        value = self.references.secret(self._namespace, ref.name, ref.key)
        if value is None and not ref.optional:
            hint = f"add a Secret {ref.name!r} with the key {ref.key!r} to namespace {self._namespace!r}"
            raise self._missing(f"there is no key {ref.key!r} in a Secret {ref.name!r}", path, hint)
        return value.rstrip("\r\n") if value is not None else None

    def _missing(self, message: str, path: str, hint: str) -> MissingReferenceError:
        return MissingReferenceError(
            f"{path}: {message}", place=self.locate(path), subject=self.resource.name, hint=hint
        )
