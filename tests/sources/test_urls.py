"""Database URLs: what is read, and that no form of them shows a secret."""

from __future__ import annotations

import traceback

import pytest

from schemactl.errors import UrlError
from schemactl.urls import DatabaseUrl, redact_urls


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "PostgreSQL", "postgresql+psycopg"])
def test_schemes_of_one_dialect(scheme: str) -> None:
    assert DatabaseUrl.parse(f"{scheme}://h/d").dialect_name == "postgresql"


def test_all_parts() -> None:
    url = DatabaseUrl.parse("postgres://me:p%40ss%2Fw@db.example:6432/app?search_path=sales&sslmode=require")
    assert (url.username, url.password, url.hosts, url.database) == ("me", "p@ss/w", (("db.example", 6432),), "app")
    assert url.search_path == "sales"
    assert dict(url.url.query) == {"search_path": "sales", "sslmode": "require"}
    assert url.url.password == "p@ss/w"
    assert DatabaseUrl.parse(url.reveal()) == url


@pytest.mark.parametrize(
    ("text", "host", "query"),
    [
        ("postgresql:///d?host=/tmp/x", None, {"host": "/tmp/x"}),
        ("postgresql://%2Ftmp%2Fx/d", "/tmp/x", {}),
        ("postgresql://[::1]:5433/d", "::1", {}),
        ("postgresql://a:1,b:2/d", None, {"host": ("a:1", "b:2")}),
    ],
)
def test_where_the_server_is(text: str, host: str | None, query: dict[str, str]) -> None:
    url = DatabaseUrl.parse(text)
    assert url.url.host == host
    assert dict(url.url.query) == query
    assert DatabaseUrl.parse(url.reveal()) == url


SECRETS = [
    ("postgresql://me:S3cr%40t@h/d", "S3cr@t"),
    ("postgresql://me@h/d?password=S3cr+t", "S3cr+t"),
    ("postgresql://me:a@h/d?sslmode=require&sslpassword=S3cr%20t", "S3cr t"),
]


@pytest.mark.parametrize(("text", "secret"), SECRETS)
def test_text_forms_hide_every_secret(text: str, secret: str) -> None:
    url = DatabaseUrl.parse(text)
    for form in (str(url), repr(url), f"{url}", f"{url!r}", str([url])):
        assert "S3cr" not in form
        assert "***" in form
    assert secret in url.secrets


@pytest.mark.parametrize(("text", "secret"), SECRETS)
def test_redact_finds_every_form(text: str, secret: str) -> None:
    url = DatabaseUrl.parse(text)
    said = f"could not connect with {text}; password={secret}, {secret!r}, {url.reveal()} xx{secret}yy"
    assert "S3cr" not in url.redact(said)
    assert "could not connect with" in url.redact(said)


def test_redact_leaves_ordinary_words_readable() -> None:
    url = DatabaseUrl.parse("postgresql://postgres:postgres@h/d")
    assert url.redact("postgresql at h, password=postgres") == "postgresql at h, password=***"
    assert DatabaseUrl.parse("postgresql://u:a@h/d").redact("a bad name: a") == "*** bad name: ***"


@pytest.mark.parametrize(
    "text",
    [
        "me:S3cret@h/d",
        "oracle://me:S3cret@h/d",
        "postgresql://me:S3cret#x@h/d",
        "postgresql://me:S3cret/x@h/d",
        "postgresql://me:S3cret?x@h/d",
        "postgresql://me:S3cret@x@h/d",
        "postgresql://me:S3cret%zz@h/d",
        "postgresql://me:S3cret%ff@h/d",
        "postgresql://me:S3cret@h:99999/d",
        "postgresql://me:S3cret@h:port/d",
        "postgresql://me:x@h/d?S3cret",
    ],
)
def test_a_bad_url_is_one_error_without_the_password(text: str) -> None:
    with pytest.raises(UrlError) as caught:
        DatabaseUrl.parse(text)
    assert "S3cret" not in "".join(traceback.format_exception_only(caught.value)) + caught.value.hint
    assert "S3cret" not in repr(caught.value)
    assert caught.value.hint


def test_urls_that_nobody_parsed_are_redacted_too() -> None:
    text = "extra argument 'mysql://root:S3@cret@h/d?x=1&password=S3cret' and mysql://h:3306/d"
    assert redact_urls(text) == "extra argument 'mysql://root:***@h/d?x=1&password=***' and mysql://h:3306/d"
