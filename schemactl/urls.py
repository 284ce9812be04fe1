"""Database URLs, and the one place that knows what in them is secret.

A URL arrives as text (option, Secret, manifest), becomes a DatabaseUrl at once, and shows its password only to
`reveal()` and to the driver. `redact` cleans any other text, such as a driver's error, before it is printed.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus, unquote

from schemactl.errors import UrlError

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

MASK = "***"
#: Other schemes that mean a dialect.
ALIASES = {"postgres": "postgresql"}
SECRET_KEYS = frozenset(
    {
        "password",
        "passfile",
        "sslpassword",
        "oauth_client_secret",
        "access_token",
        "token",
        "secret",
        "scram_client_key",
    }
)
_EXAMPLE = "a URL looks like postgresql://user:password@host:5432/database?sslmode=require"
_ENCODE = "percent-encode special characters in user and password: @ is %40, / is %2F, : is %3A, # is %23, ? is %3F"
_SCHEME = re.compile(r"^([A-Za-z][A-Za-z0-9_-]*)(?:\+[A-Za-z0-9_]+)?://(.*)$", re.DOTALL)
_HOST = re.compile(r"^(\[[0-9A-Fa-f:.%]+\]|[^:\[\]\s]*)(?::(\d*))?$")
#: user:password@ in any text. Greedy up to the last @ of the word, for passwords that were not encoded.
_USERINFO = re.compile(r"(?P<head>[A-Za-z][A-Za-z0-9+_-]*://[^\s:/@]*):[^\s'\"]*@")
_SECRET_QUERY = re.compile(r"(?P<head>[?&](?:" + "|".join(sorted(SECRET_KEYS)) + r")=)[^&\s'\"]*", re.IGNORECASE)


@dataclass(frozen=True)
class DatabaseUrl:
    """A parsed database URL. Its text forms hide the password; `hosts` holds (host, port or None), in order."""

    dialect_name: str
    username: str | None
    password: str | None = field(repr=False)
    hosts: tuple[tuple[str, int | None], ...]
    database: str
    #: Decoded pairs in the order written; a key may repeat.
    query: tuple[tuple[str, str], ...] = field(repr=False)
    #: What the user wrote in place of the password, if it was encoded in an unusual way.
    written: str = field(default="", repr=False, compare=False)

    @classmethod
    def parse(cls, text: str) -> DatabaseUrl:
        """Read a URL. Raises UrlError, which says what is wrong and shows nothing of the URL but its scheme."""
        text = text.strip()
        match = _SCHEME.match(text)
        if not match:
            raise UrlError("this is no database URL: it has no scheme", hint=_EXAMPLE)
        dialect = _dialect(match[1].lower())
        rest, _, query = match[2].partition("?")
        if "#" in match[2]:
            raise UrlError(f"the {dialect} URL has an unencoded '#'", hint=_ENCODE)
        authority, _, database = rest.partition("/")
        if "@" in database or "@" in query.split("=")[0]:
            raise UrlError(f"the {dialect} URL has an unencoded '/' or '?' before its '@'", hint=_ENCODE)
        userinfo, at, location = authority.rpartition("@")
        if "@" in userinfo:
            raise UrlError(f"the {dialect} URL has two '@' before its host", hint=_ENCODE)
        user, colon, password = userinfo.partition(":")
        return cls(
            dialect_name=dialect,
            username=_decoded(user, dialect) if at and user else None,
            password=_decoded(password, dialect) if colon else None,
            hosts=tuple(_host(one, dialect) for one in location.split(",")) if location else (),
            database=_decoded(database, dialect),
            query=_pairs(query, dialect),
            written=password,
        )

    @property
    def search_path(self) -> str | None:
        """The schema that the URL limits itself to (`?search_path=app`), if any."""
        return dict(self.query).get("search_path")

    @property
    def schemas(self) -> list[str]:
        """Those of the `search_path`; none where it does not say."""
        return [name.strip() for name in self.search_path.split(",")] if self.search_path else []

    @cached_property
    def url(self) -> URL:
        """The same as a SQLAlchemy URL with the real password and no driver name: the dialect picks its driver."""
        from sqlalchemy.engine import URL

        query: dict[str, list[str]] = {}
        for key, value in self.query:
            query.setdefault(key, []).append(value)
        host, port = self.hosts[0] if len(self.hosts) == 1 else (None, None)
        if len(self.hosts) > 1:
            query["host"] = [f"{name}:{number}" if number else name for name, number in self.hosts]
        return URL.create(
            self.dialect_name,
            username=self.username,
            password=self.password,
            host=host,
            port=port,
            database=self.database or None,
            query={key: values[0] if len(values) == 1 else tuple(values) for key, values in query.items()},
        )

    def reveal(self) -> str:
        """The whole URL with its password. For drivers and child processes, never for people."""
        return self._text(reveal=True)

    def __str__(self) -> str:
        return self._text(reveal=False)

    def __repr__(self) -> str:
        return f"DatabaseUrl({str(self)!r})"

    @property
    def secrets(self) -> tuple[str, ...]:
        """The password and the values of secret query keys."""
        values = [self.password, *(value for key, value in self.query if key.lower() in SECRET_KEYS)]
        return tuple(value for value in values if value)

    def redact(self, text: str) -> str:
        """`text` with every secret of this URL, in each form that it may be written in, replaced by `***`."""
        forms = {form for secret in self.secrets for form in _forms(secret)} | ({self.written} - {""})
        for form in sorted(forms, key=len, reverse=True):
            if self._is_common(form):
                text = re.sub(rf"(?<!\w){re.escape(form)}(?!\w)", MASK, text)
            else:
                text = text.replace(form, MASK)
        return text

    def _is_common(self, secret: str) -> bool:
        """Whether the secret is found inside ordinary words, as in postgres:postgres@: then only whole words go."""
        return secret.isalnum() and (len(secret) < 4 or secret in self.dialect_name or secret == self.username)

    def _text(self, *, reveal: bool) -> str:
        userinfo = quote(self.username, safe="") if self.username is not None else ""
        if self.password is not None:
            userinfo += ":" + (quote(self.password, safe="") if reveal else MASK)
        hosts = ",".join(
            (host if host.startswith("[") else quote(host, safe="")) + (f":{port}" if port else "")
            for host, port in ((f"[{h}]" if ":" in h else h, p) for h, p in self.hosts)
        )
        text = f"{self.dialect_name}://{userinfo}{'@' if userinfo else ''}{hosts}/{quote(self.database, safe='')}"
        pairs = [
            f"{quote(key, safe='')}={quote(value, safe='/') if reveal or key.lower() not in SECRET_KEYS else MASK}"
            for key, value in self.query
        ]
        return text + ("?" + "&".join(pairs) if pairs else "")


def redact_urls(text: str) -> str:
    """`text` with the password of anything that looks like a URL replaced, for URLs that nobody has parsed."""
    return _SECRET_QUERY.sub(rf"\g<head>{MASK}", _USERINFO.sub(rf"\g<head>:{MASK}@", text))


def _dialect(scheme: str) -> str:
    from schemactl import dialect

    name = ALIASES.get(scheme, scheme)
    known = dialect.names()
    if name not in known:
        raise UrlError(f"no dialect speaks {scheme!r}", hint=f"installed dialects: {', '.join(known) or 'none'}")
    return name


def _host(text: str, dialect: str) -> tuple[str, int | None]:
    match = _HOST.match(text)
    # The text is not shown: with an unencoded password it may hold a part of it.
    if not match:
        raise UrlError(f"the {dialect} URL has a host or a port that cannot be read", hint=_EXAMPLE)
    port = int(match[2]) if match[2] else None
    if port is not None and not 0 < port < 65536:
        raise UrlError(f"the {dialect} URL has a port that is not between 1 and 65535", hint=_EXAMPLE)
    return _decoded(match[1].strip("[]"), dialect), port


def _decoded(text: str, dialect: str) -> str:
    if re.search(r"%(?![0-9A-Fa-f]{2})", text):
        raise UrlError(f"the {dialect} URL has a '%' that is not followed by two hex digits", hint="write %25 for a %")
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        raise UrlError(f"the {dialect} URL has percent codes that are not UTF-8", hint=_ENCODE) from None


def _pairs(query: str, dialect: str) -> tuple[tuple[str, str], ...]:
    """Percent codes are decoded and a + is a +, as libpq reads it."""
    pairs = []
    for pair in query.split("&") if query else []:
        key, equals, value = pair.partition("=")
        if not key or not equals:
            raise UrlError(f"the {dialect} URL has a query that is not key=value&key=value", hint=_EXAMPLE)
        pairs.append((_decoded(key, dialect), _decoded(value, dialect)))
    return tuple(pairs)


def _forms(secret: str) -> set[str]:
    """The ways a secret is written: as it is, in a URL, in a Python or JSON string."""
    return {
        secret,
        quote(secret, safe=""),
        quote(secret),
        quote(secret, safe=" +"),
        quote_plus(secret),
        repr(secret)[1:-1],
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
    }
