"""What lies elsewhere: files behind a real web server, and commits of a repository."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path


@contextmanager
def served(files: Mapping[str, bytes], moved: Mapping[str, str] | None = None) -> Iterator[str]:
    """A site on loopback with these files by their paths; those of `moved` are said to be elsewhere. Yields its URL."""

    class Files(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            elsewhere = (moved or {}).get(self.path)
            self.send_response(302 if elsewhere else 200 if self.path in files else 404)
            if elsewhere:
                self.send_header("Location", elsewhere)
            self.end_headers()
            self.wfile.write(files.get(self.path, b""))

        def log_message(self, format: str, *args: object) -> None:
            """Not into the tests' output."""

    server = HTTPServer(("127.0.0.1", 0), Files)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def git(top: Path, *arguments: str) -> str:
    who = {f"GIT_{role}_{what}": "t@localhost" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    return subprocess.run(
        ["git", "-C", str(top), *arguments], env={**os.environ, **who}, check=True, capture_output=True, text=True
    ).stdout
