"""schemactl.toml: a place for every option, and no place for a password.

    to = ["schema.sql"]              # holds for every environment
    exclude = ["public.tmp_*"]

    [policy]                         # what becomes of a plan with such a hazard: allow, warn, approve, refuse
    rewrites-table = "approve"
    small_table = "10MB"

    [lint]                           # see docs/lint.md
    PG301 = "error"

    [env.prod]
    url = { env = "PROD_DATABASE_URL" }    # or { file = "/run/secrets/url" }, or a URL without a password
    lock-timeout = "5s"

    [env.prod.policy]                # key by key, it wins over [policy]
    blocks-reads = "refuse"

An option on the command line wins over the environment variable, that over [env.NAME], and that over the top.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from schemactl.errors import UsageError
from schemactl.urls import DatabaseUrl

FILE = "schemactl.toml"
#: What may hold a password, and so may refer to where one is.
_URLS = frozenset({"url", "dev-url"})
#: Tables of settings that are no options, at the top and in each environment.
TABLES = ("policy", "lint")


class Reference(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a secret is found: an environment variable, or a file. Exactly one."""

    env: str | None = None
    file: str | None = None


Value = str | bool | int | float | list[str] | Reference
Settings = dict[str, Value]


class Configured(NamedTuple):
    """Defaults of options by parameter name, of which a callable is called only if its option is needed; and TABLES."""

    options: dict[str, Any]
    tables: dict[str, dict[str, Any]]


def settings_file(path: str | None) -> Path:
    return Path(path or FILE)


def configured(path: str | None, env: str | None, *, base: str = "") -> Configured:
    """What the settings file says; or what it says in the commit `base`, where it, or the environment, may be missing.

    Raises UsageError where the file cannot be read, an environment is not in it, or a key is unknown, and
    SourceNotFoundError where the commit is not there.
    """
    from schemactl.cli.root import settings

    file = settings_file(path)
    text = _text_at(base, file) if base else _text(file)
    if text is None:
        if not base and (path or env):
            raise UsageError(
                f"there is no settings file {file}", hint=f"write {FILE} here, or name one with --config FILE"
            )
        return Configured({}, {})
    shared, environments, tables = _read(file, text)
    if env is not None and env not in environments:
        if not base:
            raise UsageError(f"{file} has no [env.{env}]", hint=_did_you_mean(env, environments))
        env = None
    names = settings()
    sections = [("", shared)] + [(f"env.{name}.", section) for name, section in environments.items()]
    for prefix, section in sections:
        _check(file, prefix, section, names)
    chosen = {**shared, **(environments[env] if env else {})}
    merged = {name: {**tables[""][name], **(tables[env][name] if env else {})} for name in TABLES}
    if (small := merged["policy"].pop("small_table", None)) is not None:
        chosen["small-table"] = small
    return Configured({names[key]: _default(file, key, value) for key, value in chosen.items()}, merged)


def environments(path: str | None) -> list[str]:
    """The names of all environments; none where there is no settings file. Raises UsageError."""
    file = settings_file(path)
    text = _text(file)
    return list(_read(file, text)[1]) if text is not None else []


def _text(file: Path) -> bytes | None:
    """None where there is no such file. Raises UsageError where it cannot be read."""
    try:
        return file.read_bytes() if file.is_file() else None
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror}") from None


def _text_at(commit: str, file: Path) -> bytes | None:
    """None where the commit has no such file. Raises SourceNotFoundError for no commit."""
    from schemactl.sources import git

    there = git.before(commit, file)
    return None if there is None else next(data for _, data in git.files(there))


def _read(file: Path, text: bytes) -> tuple[Settings, dict[str, Settings], dict[str, dict[str, dict[str, Any]]]]:
    """What holds everywhere, what in each environment, and the TABLES of both, those of the top under no name."""
    try:
        content = tomllib.loads(text.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"cannot read {file}: {error}") from None
    sections = _converted(file, "env", content.pop("env", {}), dict[str, dict[str, Any]])
    tables = {
        name: {it: _converted(file, it, section.pop(it, {}), dict[str, Any]) for it in TABLES}
        for name, section in (("", content), *sections.items())
    }
    environments = {name: _settings(file, f"env.{name}.", section) for name, section in sections.items()}
    return _settings(file, "", content), environments, tables


def _settings(file: Path, prefix: str, table: dict[str, Any]) -> Settings:
    return {key: _converted(file, prefix + key, value, Value) for key, value in table.items()}


def _converted(file: Path, path: str, value: Any, form: Any) -> Any:
    try:
        return msgspec.convert(value, form)
    except msgspec.ValidationError as error:
        raise UsageError(f"{file}: the value of {path} is not what it should be: {error}") from None


def _check(file: Path, prefix: str, settings: Settings, names: dict[str, str]) -> None:
    from schemactl.cli.root import OF_ONE_RUN

    for key, value in settings.items():
        if key in OF_ONE_RUN:
            raise UsageError(
                f"{file}: {prefix + key!r} is of one run, and is not taken from settings",
                hint=f"give it on the command line, or as $SCHEMACTL_{key.replace('-', '_').upper()}",
            )
        if key not in names:
            raise UsageError(f"{file}: unknown key {prefix + key!r}", hint=_did_you_mean(key, names))
        if isinstance(value, Reference) and key not in _URLS:
            raise UsageError(f"{file}: {prefix + key!r} is plain text; only url and dev-url may refer to a secret")
        if isinstance(value, Reference) and (value.env is None) == (value.file is None):
            raise UsageError(f"{file}: {prefix + key!r} must name either env or file")
        if key in _URLS and isinstance(value, str) and _secrets(key, value):
            raise UsageError(
                f"{file}: {prefix + key!r} holds a password, which does not belong in a file under version control",
                hint=f'refer to it: {key} = {{ env = "DATABASE_URL" }} or {key} = {{ file = "/run/secrets/url" }}',
            )


def _secrets(key: str, value: str) -> tuple[str, ...]:
    if key == "url":
        return DatabaseUrl.parse(value).secrets
    from schemactl.devdb import Address

    url = Address.parse(value).url
    return url.secrets if url is not None else ()


def _default(file: Path, key: str, value: Value) -> Any:
    if isinstance(value, Reference):
        return _resolver(file, value)
    if key == "to":
        return [_beside(file, word) for word in ([value] if isinstance(value, str) else value)]  # type: ignore[union-attr]
    if key == "manifests" and isinstance(value, str):
        return _beside(file, value)
    if key in {"schema", "include", "exclude"} and isinstance(value, str):
        return [value]
    return value


def _resolver(file: Path, reference: Reference) -> Callable[[], str]:
    def resolve() -> str:
        if reference.env is not None:
            if not os.environ.get(reference.env):
                raise UsageError(f"{file} takes the URL from ${reference.env}, which is not set")
            return os.environ[reference.env]
        secret = file.parent / str(reference.file)
        try:
            return secret.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"{file} takes the URL from {secret}, which cannot be read: {error}") from None

    return resolve


def _beside(file: Path, word: str) -> str:
    """Paths count from the settings file."""
    if word == "-" or word.startswith("git:") or ("://" in word and not word.startswith("file://")):
        return word
    return str(file.parent / word.removeprefix("file://"))


def _did_you_mean(word: str, known: Any) -> str:
    close = get_close_matches(word, list(known), n=1)
    return f"did you mean {close[0]!r}?" if close else f"known: {', '.join(sorted(known)) or 'none'}"
