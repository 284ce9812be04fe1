"""One SQL file over HTTP. Its digest stands in the URL, so that what is read is what was reviewed."""

from __future__ import annotations

import hashlib
import re
from urllib.parse import urlsplit

from schemactl.dialect import SourceText
from schemactl.errors import SourceNotFoundError
from schemactl.sources.load import decode

#: Bytes of a file, and seconds for each of its parts.
LONGEST = 8_000_000
TIMEOUT = 30.0
_DIGEST = re.compile(r"sha256=([0-9a-f]{64})")
_FORM = "write https://HOST/PATH.sql#sha256=DIGEST, with what `sha256sum` prints"


def fetch(url: str) -> SourceText:
    """The text at an `http(s)://HOST/PATH#sha256=DIGEST`. Raises SourceNotFoundError, which shows no more than the path.

    Nobody is followed elsewhere, and of a file with another digest nothing is told.
    """
    import httpx2 as httpx

    parts = urlsplit(url)
    name = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
    digest = _DIGEST.fullmatch(parts.fragment)
    if digest is None:
        raise SourceNotFoundError(f"{name} is named without a digest", hint=_FORM)
    if "@" in parts.netloc:
        raise SourceNotFoundError(f"the URL of {name} holds a user", hint="a password in a URL would be read by many")
    data = bytearray()
    try:
        with httpx.stream("GET", parts._replace(fragment="").geturl(), timeout=TIMEOUT) as answer:
            if answer.status_code != 200:
                raise SourceNotFoundError(f"{name} cannot be read: HTTP {answer.status_code}")
            for chunk in answer.iter_bytes():
                data += chunk
                if len(data) > LONGEST:
                    raise SourceNotFoundError(f"{name} has more than {LONGEST} bytes")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise SourceNotFoundError(f"{name} cannot be read: {type(error).__name__}") from None
    if hashlib.sha256(data).hexdigest() != digest[1]:
        raise SourceNotFoundError(f"what is at {name} is not what its digest says", hint=_FORM)
    return decode(name, bytes(data))
