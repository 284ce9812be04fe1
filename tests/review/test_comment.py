"""The comment of a review: each form is a file that a person can read, and nothing within breaks out of it."""

from __future__ import annotations

from dataclasses import replace as replace_
from html.parser import HTMLParser
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from msgspec.structs import replace

from schemactl.policy import Action, Policy
from schemactl.review.comment import comment, size, title
from schemactl.review.model import Basis, Review, Reviewed, Ruling, State
from schemactl.steps import Hazard, HazardClass
from tests.review.plans import ADD, DROP, EMPTY, INDEX, RISKY, SAFE, plan, step

GOLDEN = Path(__file__).parent / "comments"
COMMIT = "0123456789abcdef0123456789abcdef01234567"
DEFAULT = Policy()
DIAGRAM = 'erDiagram\n    "public.users" {\n        text email "new"\n    }'


def reviewed(name: str, it: object = SAFE, **more: object) -> Reviewed:
    return Reviewed(name=name, plan=it, **{"policy": DEFAULT, **more})  # type: ignore[arg-type]


def review(*targets: Reviewed) -> Review:
    return Review(name="schema", targets=targets, commit=COMMIT)


FAILED = Reviewed(
    name="reports",
    policy=DEFAULT,
    error="postgresql://me:***@reports/db cannot be reached: connection refused",
    hint="is the server running, and may this machine reach it?",
)
WAITS = Ruling(
    waits="drop column public.users.phone (step 2: DROPS_COLUMN, data-loss)",
    approval=f'db.atlasgo.io/approved-plan: "sha256:{RISKY.digest}"',
)
REFUSES = Ruling(
    refused="the plan can lose data and this was not allowed: drop column public.users.phone (step 2: DROPS_COLUMN)",
    remedy="allow DROPS_COLUMN in spec.policy.allow, or change the desired schema",
)
APPROVE = Policy(actions={HazardClass.DATA_LOSS: Action.APPROVE})
REVIEWS = {
    "clean": review(reviewed("prod", EMPTY), reviewed("stage", EMPTY)),
    "one": review(reviewed("prod", diagram=DIAGRAM)),
    "refused": review(reviewed("prod", RISKY, artifact="plans/prod.json"), reviewed("stage", EMPTY)),
    "to_approve": review(reviewed("prod", plan([ADD, DROP]), policy=APPROVE)),
    "one_of_ten_is_down": review(*(reviewed(f"shop{n}", plan([ADD], database=f"shop{n}")) for n in range(9)), FAILED),
    "manifests": replace_(
        review(
            reviewed("shop/waits", RISKY, policy=APPROVE, ruling=WAITS, change="changed", artifact="plans/waits.json"),
            reviewed("shop/refused", RISKY, ruling=REFUSES, change="changed"),
            reviewed(
                "shop/approved",
                RISKY,
                policy=Policy(actions={HazardClass.DATA_LOSS: Action.APPROVE}, approved=RISKY.digest),
                ruling=replace_(WAITS, approved=True),
                change="changed",
            ),
            reviewed(
                "shop/away",
                ruling=Ruling(),
                basis=Basis.BASE,
                unseen="spec.urlFrom: there is no key 'url' in a Secret 'creds'",
                notes=("The manifest is new: this is as for an empty database.",),
                change="new",
            ),
            Reviewed(name="shop/gone", policy=DEFAULT, change="removed"),
        ),
        untouched=12,
    ),
    "without_a_database": review(reviewed("prod", plan([ADD, DROP], [INDEX]), basis=Basis.BASE)),
}


@pytest.mark.parametrize("name", REVIEWS)
def test_a_comment_reads_as_it_should(name: str, request: pytest.FixtureRequest) -> None:
    file, found = GOLDEN / f"{name}.md", comment(REVIEWS[name])
    if request.config.getoption("--update"):
        file.write_text(found, encoding="utf-8")
    assert found == file.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("it", "said", "state"),
    [
        ("clean", "No database changes", State.CLEAN),
        ("one", "1 of 1 database changes", State.CHANGES),
        ("refused", "1 of 2 databases changes; 1 refused", State.REFUSED),
        ("to_approve", "1 of 1 database changes; 1 to approve", State.APPROVAL),
        ("one_of_ten_is_down", "9 of 10 databases change; 1 could not be planned", State.FAILED),
    ],
)
def test_the_title_is_the_verdict(it: str, said: str, state: State) -> None:
    assert (title(REVIEWS[it]), REVIEWS[it].state) == (said, state)


def test_a_refusal_that_was_approved_is_none() -> None:
    approved = reviewed("prod", RISKY, policy=Policy(approved=RISKY.digest))
    assert approved.verdict.action is Action.WARN
    assert approved.state is State.WARNS


def test_the_digest_is_of_all_plans() -> None:
    one, other = review(reviewed("a"), reviewed("b")), review(reviewed("a"), reviewed("b", RISKY))
    assert one.digest == review(reviewed("a"), reviewed("b")).digest != other.digest


class Found(HTMLParser):
    """The tags of a page, the text outside of code, and where links lead."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.links: list[str] = []
        self._code = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self._code += tag == "code"
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_endtag(self, tag: str) -> None:
        self._code -= tag == "code"

    def handle_data(self, data: str) -> None:
        if not self._code:
            self.text += data


def page(text: str) -> Found:
    """As a platform shows it: CommonMark with tables, autolinks and HTML."""
    return Found(MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(text))


EVIL = (
    "`` ``` ```` ~~~~~~ </details> <script>alert(1)</script> <img src=x onerror=y> | a | b |\n"
    "# heading\n- [x](https://evil.example) ![i](https://evil.example/i.png) @everyone #1 <!-- "
)


@pytest.mark.parametrize("where", ["sql", "object", "reason", "message", "note", "database", "error", "finding"])
def test_nothing_breaks_out_of_the_comment(where: str) -> None:
    it = step(
        f"SELECT '{EVIL}'" if where == "sql" else "SELECT 1",
        f"table public.{EVIL}" if where == "object" else "table public.t",
        "alter",
        (Hazard.DROPS_TABLE, EVIL if where == "message" else "gone"),
        lock="ACCESS EXCLUSIVE",
    )
    it = replace(it, reason=EVIL if where == "reason" else "why")
    found = (
        replace(RISKY.findings[0], message=EVIL, file=EVIL, object=EVIL) if where == "finding" else RISKY.findings[0]
    )
    made = plan([it, ADD], notes=(EVIL,) if where == "note" else (), findings=(found,))
    target = reviewed(EVIL if where == "database" else "prod", made)
    if where == "error":
        target = Reviewed(name="prod", policy=DEFAULT, error=EVIL, hint=EVIL)
    shown = page(comment(review(target)))
    assert not {"script", "img", "a", "h1", "input"} & set(shown.tags)
    assert shown.links == []
    assert shown.tags.count("details") == comment(review(target)).count("<details")
    for call in ("@everyone", "#1 "):
        assert call not in shown.text


def test_a_password_in_a_url_is_masked() -> None:
    server = step("CREATE SERVER s OPTIONS (url 'postgresql://me:hunter2@host/db')", "server s", "create")
    assert "hunter2" not in comment(review(reviewed("prod", plan([server]))))


@pytest.mark.parametrize("count", [10, 400, 5000])
def test_a_long_plan_fits_and_no_sql_is_cut(count: int) -> None:
    sqls = [f"ALTER TABLE public.users ADD COLUMN c{n} text DEFAULT '{'x' * 30}'" for n in range(count)]
    steps = [step(sql, f"column public.users.c{n}", "create") for n, sql in enumerate(sqls)]
    text = comment(review(reviewed("prod", plan(steps), artifact="plans/prod.json"), reviewed("small")))
    assert size(text) <= 65_000
    shown = [sql for sql in sqls if f"{sql};" in text]
    assert shown in (sqls, [])
    assert bool(shown) or "it is in `plans/prod.json`" in text
    assert "ADD COLUMN email" in text


def test_very_many_databases_fit() -> None:
    plans = [plan([replace(ADD, sql=f"{ADD.sql} DEFAULT '{n}'")], database=f"d{n}") for n in range(700)]
    text = comment(review(*(reviewed(f"database number {n}", it) for n, it in enumerate(plans))))
    assert size(text) <= 65_000 and " more: " in text


def test_what_is_the_same_is_told_once() -> None:
    many = [reviewed(f"shop{n}", plan([ADD], database=f"shop{n}")) for n in range(30)]
    text = comment(review(*many))
    assert text.count("ADD COLUMN email") == 1
    assert all(it.plan is not None and it.plan.digest in text for it in many)
