"""docs/lint.md is made from the rules, and each of them is complete."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemactl.lint.registry import catalogue, rules_of
from schemactl.lint.rule import Rule, Severity
from schemactl.render.rules import FAMILIES, explained, reference
from tests.lint.cases import DIALECTS

DOCS = Path(__file__).parents[2] / "docs" / "lint.md"

#: Those of Atlas's catalogue that plans of Postgres, MySQL and MariaDB can have. PG103 and TX201 are about files of
#: migrations and MY102 about text that a reader sees and a plan does not; OW and LT are of no plan of ours.
ATLAS = """
    DS101 DS102 DS103 MF101 MF102 MF103 MF104 BC101 BC102 CD101 CD102 CD103 TX101 SA101
    NM101 NM102 NM103 NM104 NM105 NM106
    PG101 PG102 PG104 PG105 PG108 PG109 PG110 PG301 PG302 PG303 PG304 PG305 PG306 PG307 PG308 PG309 PG310 PG311 PG312 PG314
    PG320 MY101 MY110 MY111 MY112 MY113 MY120 MY121 MY122 MY123 MY130 MY131 MY132 MY133 MY134 MY135 MY136 MY137 MY138 MY139
    MY140 MY141 MY142 MY143 MY144 MY145 MY146 MY147 MY148
""".split()


def test_the_reference_is_generated(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--update"):
        DOCS.write_text(reference(catalogue()), encoding="utf-8")
    assert DOCS.read_text(encoding="utf-8") == reference(catalogue()), "run again with --update"


def test_all_of_atlas_is_there_and_what_is_not_is_named_as_ours() -> None:
    assert set(ATLAS) <= set(catalogue())
    assert {code[:2] for code in set(catalogue()) - set(ATLAS)} == {"SC"}


@pytest.mark.parametrize("rule", catalogue().values(), ids=lambda it: it.code)
def test_a_rule_says_all_that_it_should(rule: Rule) -> None:
    for text in (rule.title, rule.why, rule.example, rule.instead):
        assert text
        assert text == text.strip()
    assert "\n" not in rule.title
    assert not rule.title.endswith(".")
    assert rule.why.endswith(".")
    assert not rule.instead.endswith(".")
    assert sum(rule.code.startswith(family) for family in FAMILIES) == 1
    assert explained(rule).startswith(f"{rule.code}: reports that ")


def test_a_code_is_one_rule_in_each_dialect() -> None:
    from schemactl.dialect import find

    for name in DIALECTS.values():
        codes = [rule.code for rule in rules_of(find(name))]
        assert len(codes) == len(set(codes))


def test_what_is_lost_is_an_error_and_nothing_else() -> None:
    errors = {rule.code for rule in catalogue().values() if rule.severity is Severity.ERROR}
    assert errors == {"DS101", "DS102", "DS103", "MY146"} | {code for code in catalogue() if code.startswith("SC1")}
