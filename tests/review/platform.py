"""A server that plays the platforms' APIs, over real HTTP: paths, statuses, pages and refusals as they publish them.

GitHub: https://github.com/github/rest-api-description; GitLab: https://docs.gitlab.com/api/openapi/; Gitea: its own
/swagger.v1.json. Only what schemactl asks for is there; all else is 404, as a wrong path would be.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

TOKEN = "token-that-nobody-may-see"
HEAD = "0123456789abcdef0123456789abcdef01234567"
ME = "schemactl-bot"


@dataclass
class Refusal:
    """What the next requests whose path matches are answered with, so many times."""

    status: int
    method: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    message: str = "no"
    times: int = 1
    #: The request is carried out all the same, and the answer lost.
    after: bool = False


@dataclass
class World:
    """One change. `requests` are method and path of all that came, `statuses` what commits were told."""

    comments: dict[int, dict[str, Any]] = field(default_factory=dict)
    statuses: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    requests: list[tuple[str, str]] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    reviews: list[dict[str, Any]] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    head: str = HEAD
    #: The most that one page holds, whatever is asked for.
    page: int = 100
    url: str = ""
    knows_me: bool = True

    def said(self, body: str, author: str = ME) -> int:
        """A comment that is there before."""
        number = max(self.comments, default=0) + 1
        self.comments[number] = {"id": number, "body": body, "author": author}
        return number

    @property
    def bodies(self) -> list[str]:
        return [it["body"] for it in self.comments.values()]

    @property
    def writes(self) -> list[tuple[str, str]]:
        return [it for it in self.requests if it[0] != "GET"]


Answer = tuple[int, Any]


class Handler(BaseHTTPRequestHandler):
    world: World
    #: What else the answer in hand is to say.
    links = ""

    def do_GET(self) -> None:
        self._answer()

    do_POST = do_PATCH = do_PUT = do_DELETE = do_GET

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: what a test must know is in `requests`."""

    def _answer(self) -> None:
        world, parts, self.links = self.world, urlsplit(self.path), ""
        world.requests.append((self.command, unquote(parts.path)))
        body = json.loads(self.rfile.read(int(self.headers.get("content-length") or 0)) or "null")
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        refusal = next((it for it in world.refusals if it.times and it.method in ("", self.command)), None)
        if refusal is not None:
            refusal.times -= 1
            if refusal.after:
                self._routed(parts.path, query, body)
            self._send(refusal.status, {"message": refusal.message}, refusal.headers)
            return
        given = self.headers.get("authorization", "").split(" ")[-1], self.headers.get("private-token")
        if TOKEN not in given:
            self._send(401, {"message": "Bad credentials"})
            return
        self._send(*self._routed(parts.path, query, body))

    def _routed(self, path: str, query: dict[str, str], body: Any) -> Answer:
        for form, route in (
            (r"(?:/api/v1)?/repos/o/r/(?P<rest>.*)", self._github),
            (r"/api/v4/projects/(?P<project>[^/]+)/(?P<rest>.*)", self._gitlab),
            (r"(?:/api/v[14])?/user", self._user),
        ):
            if found := re.fullmatch(form, path):
                return route(found.groupdict(), query, body)
        return 404, {"message": "Not Found"}

    def _user(self, _: dict[str, str], query: dict[str, str], body: Any) -> Answer:
        if not self.world.knows_me:
            return 403, {"message": "Resource not accessible by integration"}
        return 200, {"login": ME, "username": ME}

    def _github(self, found: dict[str, str], query: dict[str, str], body: Any) -> Answer:
        world, at = self.world, (self.command, found["rest"])
        match at:
            case "GET", "issues/5/comments":
                size = "limit" if "/api/v1/" in self.path else "per_page"
                return 200, self._page([self._github_comment(it) for it in world.comments.values()], query, size)
            case "POST", "issues/5/comments":
                return 201, self._github_comment(world.comments[world.said(body["body"])])
            case "GET", "pulls/5":
                return 200, {"head": {"sha": world.head}, "labels": [{"name": name} for name in world.labels]}
            case "GET", "pulls/5/reviews":
                insider = {"author_association": "MEMBER", "official": True}
                return 200, [insider | it for it in world.reviews] if query.get("page") == "1" else []
        if self.command == "POST" and (status := re.fullmatch(r"statuses/([0-9a-f]{40})", found["rest"])):
            if body["state"] not in ("error", "failure", "pending", "success") or len(body["description"]) > 140:
                return 422, {"message": "Validation Failed"}
            world.statuses.append((status[1], body))
            return 201, body
        if comment := re.fullmatch(r"issues/comments/(\d+)", found["rest"]):
            return self._changed(int(comment[1]), body, "PATCH")
        return 404, {"message": "Not Found"}

    def _gitlab(self, found: dict[str, str], query: dict[str, str], body: Any) -> Answer:
        world, at = self.world, (self.command, found["rest"])
        if unquote(found["project"]) != "group/sub/r":
            return 404, {"message": "404 Project Not Found"}
        match at:
            case "GET", "merge_requests/5/notes":
                notes = [self._gitlab_note(it) for it in world.comments.values()]
                notes.insert(0, {"id": 0, "body": "added 1 commit", "system": True, "author": {"username": "x"}})
                return 200, self._page(notes, query, "per_page")
            case "POST", "merge_requests/5/notes":
                return 201, self._gitlab_note(world.comments[world.said(body["body"])])
            case "GET", "merge_requests/5":
                return 200, {"sha": world.head, "labels": world.labels}
            case "GET", "merge_requests/5/approvals":
                return 200, {"approved_by": [{"user": {"username": it["user"]["login"]}} for it in world.reviews]}
        if self.command == "POST" and (status := re.fullmatch(r"statuses/([0-9a-f]{40})", found["rest"])):
            if body["state"] not in ("pending", "running", "success", "failed", "canceled"):
                return 400, {"message": "state does not have a valid value"}
            world.statuses.append((status[1], body))
            return 201, body
        if note := re.fullmatch(r"merge_requests/5/notes/(\d+)", found["rest"]):
            return self._changed(int(note[1]), body, "PUT")
        return 404, {"message": "404 Not Found"}

    def _changed(self, number: int, body: Any, edit: str) -> Answer:
        if number not in self.world.comments:
            return 404, {"message": "Not Found"}
        if self.command == "DELETE":
            del self.world.comments[number]
            return 204, None
        if self.command != edit:
            return 404, {"message": "Not Found"}
        self.world.comments[number]["body"] = body["body"]
        return 200, self.world.comments[number]

    def _page(self, items: list[Any], query: dict[str, str], size: str) -> list[Any]:
        count = min(int(query.get(size, 30)), self.world.page)
        number = int(query.get("page", 1))
        if number * count < len(items):
            self.links = f'<{self.world.url}{urlsplit(self.path).path}?page={number + 1}>; rel="next"'
        return items[(number - 1) * count : number * count]

    @staticmethod
    def _github_comment(it: dict[str, Any]) -> dict[str, Any]:
        # GitHub keeps line ends as it likes.
        return {"id": it["id"], "body": it["body"].replace("\n", "\r\n"), "user": {"login": it["author"]}}

    @staticmethod
    def _gitlab_note(it: dict[str, Any]) -> dict[str, Any]:
        return {"id": it["id"], "body": it["body"], "system": False, "author": {"username": it["author"]}}

    def _send(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        data = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        if self.links:
            self.send_header("link", self.links)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)


@contextmanager
def serving() -> Iterator[World]:
    """A world of one change, served on loopback until the end of the block."""
    world = World()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Of", (Handler,), {"world": world}))
    world.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield world
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
