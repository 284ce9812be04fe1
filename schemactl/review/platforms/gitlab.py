"""GitLab: https://docs.gitlab.com/api/rest/."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import quote

from schemactl.errors import PlatformError
from schemactl.review.platforms import Outcome, Remark, Standing
from schemactl.review.platforms.api import Api

_STATES = {Outcome.SUCCESS: "success", Outcome.PENDING: "pending", Outcome.FAILURE: "failed"}
_DESCRIPTION = 255


class GitLab:
    """A merge request. `api` is https://HOST/api/v4; `project` a number, or a path."""

    name = "GitLab"

    def __init__(self, api: str, project: str, number: int, token: str) -> None:
        self.api = Api(api, {"PRIVATE-TOKEN": token})
        self._project = f"/projects/{quote(project, safe='')}"
        self._change = f"{self._project}/merge_requests/{number}"

    def remarks(self) -> Iterator[Sequence[Remark]]:
        for page in self.api.pages(f"{self._change}/notes", sort="asc", order_by="created_at"):
            yield [
                Remark(
                    id=str(it["id"]), body=it.get("body") or "", author=(it.get("author") or {}).get("username") or ""
                )
                for it in page
                if not it.get("system")
            ]

    def user(self) -> str:
        try:
            return str(self.api.get("/user")["username"])
        except PlatformError:
            return ""

    def create(self, body: str) -> None:
        self.api.send("POST", f"{self._change}/notes", {"body": body})

    def update(self, remark: str, body: str) -> None:
        self.api.send("PUT", f"{self._change}/notes/{remark}", {"body": body})

    def delete(self, remark: str) -> None:
        self.api.send("DELETE", f"{self._change}/notes/{remark}")

    def standing(self) -> Standing:
        found = self.api.get(self._change)
        approvals = self.api.get(f"{self._change}/approvals")
        return Standing(
            head=str(found["sha"]),
            labels=frozenset(str(label) for label in found.get("labels") or ()),
            approvers=frozenset(str(it["user"]["username"]) for it in approvals.get("approved_by") or ()),
        )

    def status(self, commit: str, outcome: Outcome, context: str, description: str) -> None:
        body = {"state": _STATES[outcome], "name": context, "description": description[:_DESCRIPTION]}
        self.api.send("POST", f"{self._project}/statuses/{commit}", body)
