"""The comment that edits itself, on servers that speak as the platforms do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import stamina

from schemactl.errors import PlatformError
from schemactl.policy import Policy
from schemactl.review.comment import comment
from schemactl.review.model import Review, Reviewed
from schemactl.review.platforms import Outcome, Platform, Standing
from schemactl.review.platforms.find import change
from schemactl.review.post import Mark, Posted, post
from tests.review.plans import EMPTY, RISKY, SAFE
from tests.review.platform import HEAD, TOKEN, Refusal, World, serving

URLS = {"github": "/o/r/pull/5", "gitea": "/o/r/pulls/5", "gitlab": "/group/sub/r/-/merge_requests/5"}


@pytest.fixture
def world() -> Iterator[World]:
    with serving() as found:
        yield found


@pytest.fixture(autouse=True)
def impatient() -> Iterator[None]:
    """Tries follow at once, but no fewer of them; what a platform asks for is waited."""
    with stamina.set_testing(True, attempts=4, cap=True):
        yield


def platform_of(world: World, kind: str, token: str = TOKEN) -> Platform:
    environment = {"SCHEMACTL_TOKEN": token}
    if kind == "github":
        environment["GITHUB_API_URL"] = world.url
    found = change(world.url + URLS[kind], environment)
    assert found is not None
    return found.platform


@pytest.fixture(params=URLS)
def platform(request: pytest.FixtureRequest, world: World) -> Platform:
    return platform_of(world, request.param)


def review(plan: object = SAFE, commit: str = HEAD) -> Review:
    target = Reviewed(name="prod", plan=plan, policy=Policy())  # type: ignore[arg-type]
    return Review(name="schema", targets=(target,), commit=commit)


def posted(platform: Platform, it: Review, run: int = 1) -> Posted:
    return post(platform, it, comment(it), run=run)


def test_a_comment_is_made_edited_and_marked_clean(platform: Platform, world: World) -> None:
    world.said("a word of a person", "alice")
    assert posted(platform, review()) is Posted.CREATED
    assert posted(platform, review(RISKY), run=2) is Posted.UPDATED
    assert len(world.comments) == 2 and "1 refused" in world.bodies[1]
    assert posted(platform, review(EMPTY), run=3) is Posted.UPDATED
    assert len(world.comments) == 2 and "No database changes" in world.bodies[1]
    assert world.bodies[0] == "a word of a person"
    states = [body["state"] for _, body in world.statuses]
    assert states == ["success", "failed" if platform.name == "GitLab" else "failure", "success"]
    assert {commit for commit, _ in world.statuses} == {HEAD}


def test_nothing_new_costs_one_read(platform: Platform, world: World) -> None:
    posted(platform, review())
    world.requests.clear()
    assert posted(platform, review(), run=2) is Posted.SAME
    assert [method for method, _ in world.requests] == ["GET"]


def test_a_clean_review_says_nothing_where_nothing_was_said(platform: Platform, world: World) -> None:
    assert posted(platform, review(EMPTY)) is Posted.NONE
    assert (world.comments, len(world.statuses)) == ({}, 1)


def test_an_older_run_overwrites_nothing(platform: Platform, world: World) -> None:
    posted(platform, review(RISKY), run=7)
    before = dict(world.comments)
    assert posted(platform, review(), run=6) is Posted.OVERTAKEN
    assert (world.comments, len(world.statuses)) == (before, 1)


def test_a_run_for_an_older_commit_overwrites_nothing(platform: Platform, world: World) -> None:
    world.head = "f" * 40
    assert posted(platform, review()) is Posted.OVERTAKEN
    assert (world.comments, world.statuses) == ({}, [])


def test_what_two_runs_at_once_left_becomes_one(platform: Platform, world: World) -> None:
    mark = Mark(name="schema", commit=HEAD, run=1, digest="d", outcome="success")
    first, second = world.said(f"{mark}one"), world.said(f"{mark}two")
    assert posted(platform, review(), run=2) is Posted.UPDATED
    assert list(world.comments) == [first] and second not in world.comments
    assert Mark.of(world.bodies[0]) == replace(mark, run=2, digest=review().digest)


def test_a_comment_that_somebody_deleted_is_made_again(platform: Platform, world: World) -> None:
    posted(platform, review())
    world.comments.clear()
    assert posted(platform, review(), run=2) is Posted.CREATED


def test_one_deleted_between_the_read_and_the_edit_is_an_error_that_names_it(platform: Platform, world: World) -> None:
    posted(platform, review())
    world.refusals.append(Refusal(404, method="PUT" if platform.name == "GitLab" else "PATCH", message="Not Found"))
    with pytest.raises(PlatformError, match="404"):
        posted(platform, review(RISKY), run=2)


def test_a_mark_in_the_comment_of_another_is_not_ours(platform: Platform, world: World) -> None:
    mark = Mark(name="schema", commit=HEAD, run=0, digest="d", outcome="success")
    world.said(f"{mark}mine", "mallory")
    assert posted(platform, review()) is Posted.CREATED
    assert world.bodies[0] == f"{mark}mine"


def test_a_stranger_overtakes_nobody(platform: Platform, world: World) -> None:
    posted(platform, review(), run=2)
    mark = Mark(name="schema", commit=HEAD, run=10**9, digest="d", outcome="success")
    world.said(f"{mark}No database changes", "mallory")
    assert posted(platform, review(RISKY), run=3) is Posted.UPDATED
    assert (len(world.comments), len(world.statuses)) == (2, 2)


def test_another_review_has_a_comment_of_its_own(platform: Platform, world: World) -> None:
    posted(platform, review())
    other = replace(review(), name="other schema")
    assert posted(platform, other) is Posted.CREATED
    assert {mark.name for body in world.bodies if (mark := Mark.of(body))} == {"schema", "other-schema"}


def test_a_comment_far_down_is_found(platform: Platform, world: World) -> None:
    for number in range(250):
        world.said(f"word {number}", "alice")
    posted(platform, review())
    assert posted(platform, review(RISKY), run=2) is Posted.UPDATED
    assert len(world.comments) == 251


def test_small_pages_are_read_to_the_end(platform: Platform, world: World) -> None:
    world.page = 20
    for number in range(50):
        world.said(f"word {number}", "alice")
    posted(platform, review())
    assert posted(platform, review(RISKY), run=2) is Posted.UPDATED


def test_the_token_of_a_workflow_is_the_bot(world: World) -> None:
    world.knows_me = False
    mark = Mark(name="schema", commit=HEAD, run=0, digest="d", outcome="success")
    world.said(f"{mark}by the bot", "github-actions[bot]")
    assert posted(platform_of(world, "github"), review()) is Posted.UPDATED


def test_a_limit_is_waited_for(platform: Platform, world: World) -> None:
    world.refusals.append(Refusal(429, headers={"retry-after": "0"}, message="API rate limit exceeded"))
    assert posted(platform, review()) is Posted.CREATED


def test_a_limit_for_an_hour_is_an_error(platform: Platform, world: World) -> None:
    world.refusals.append(Refusal(403, headers={"retry-after": "3600"}, message="secondary rate limit", times=9))
    with pytest.raises(PlatformError, match="secondary rate limit"):
        posted(platform, review())
    assert len(world.requests) == 1


def test_a_server_that_stumbles_is_asked_again(platform: Platform, world: World) -> None:
    world.refusals.append(Refusal(502, method="GET", times=2))
    assert posted(platform, review()) is Posted.CREATED


def test_a_comment_is_not_sent_twice_where_the_answer_is_lost(platform: Platform, world: World) -> None:
    world.refusals.append(Refusal(502, method="POST", after=True))
    with pytest.raises(PlatformError, match="502"):
        posted(platform, review())
    assert len(world.comments) == 1
    assert posted(platform, review(), run=2) is Posted.SAME or len(world.comments) == 1


@pytest.mark.parametrize(
    ("status", "said"), [(401, "token is not valid"), (403, "lacks a right"), (404, "may not see")]
)
def test_what_is_refused_says_what_to_do_and_no_token(platform: Platform, world: World, status: int, said: str) -> None:
    world.refusals.append(Refusal(status, times=9))
    with pytest.raises(PlatformError) as caught:
        posted(platform, review())
    assert said in caught.value.hint and TOKEN not in f"{caught.value!r} {caught.value} {caught.value.hint}"


def test_a_wrong_token_is_said(world: World) -> None:
    with pytest.raises(PlatformError, match="Bad credentials"):
        posted(platform_of(world, "github", "another"), review())


def test_nobody_there(world: World) -> None:
    platform = platform_of(world, "github")
    world.url = ""
    with serving() as gone:
        elsewhere = platform_of(gone, "github")
    with pytest.raises(PlatformError, match=r"GET http://127\.0\.0\.1:\d+/repos/o/r/issues/5/comments failed"):
        posted(elsewhere, review())
    assert posted(platform, review()) is Posted.CREATED


def test_how_the_change_stands(platform: Platform, world: World) -> None:
    world.labels = ["schema-ok"]
    world.reviews = [{"user": {"login": "alice"}, "state": "APPROVED", "commit_id": HEAD}]
    standing = platform.standing()
    assert standing == Standing(head=HEAD, labels=frozenset({"schema-ok"}), approvers=frozenset({"alice"}))


def test_an_approval_of_an_older_commit_is_none(world: World) -> None:
    world.reviews = [
        {"user": {"login": "alice"}, "state": "APPROVED", "commit_id": "f" * 40},
        {"user": {"login": "bob"}, "state": "APPROVED", "commit_id": HEAD},
        {"user": {"login": "bob"}, "state": "CHANGES_REQUESTED", "commit_id": HEAD},
        {"user": {"login": "carol"}, "state": "APPROVED", "commit_id": HEAD},
        {"user": {"login": "carol"}, "state": "COMMENTED", "commit_id": HEAD},
    ]
    assert platform_of(world, "github").standing().approvers == {"carol"}


@pytest.mark.parametrize(
    ("name", "said"), [("github", {"author_association": "CONTRIBUTOR"}), ("gitea", {"official": False})]
)
def test_whoever_does_not_belong_to_the_project_approves_nothing(world: World, name: str, said: dict[str, Any]) -> None:
    world.reviews = [
        {"user": {"login": "alice"}, "state": "APPROVED", "commit_id": HEAD, **said},
        {"user": {"login": "bob"}, "state": "APPROVED", "commit_id": HEAD},
        {"user": {"login": "alice"}, "state": "APPROVED", "commit_id": HEAD, **said},
    ]
    assert platform_of(world, name).standing().approvers == {"bob"}


def test_the_outcome_may_be_told(platform: Platform, world: World) -> None:
    it = review(RISKY)
    post(platform, it, comment(it), run=1, outcome=Outcome.SUCCESS)
    assert world.statuses[0][1]["state"] == "success"
