"""Comments and privileges on whatever is there."""

from __future__ import annotations

from tests.pairs.pieces import Draft, Drawn, Slot
from tests.pairs.postgres.roles import ROLES
from tests.pairs.postgres.slots.tables import COLUMNS, TABLES, bare

COMMENTS = ("'one'", "'it''s another'", "E'two\\nlines'", "'one'")

#: What a comment is on, and the words of the pieces that it needs.
COMMENTED: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("SCHEMA app", ("schema app",)),
    ("TYPE public.mood", ("type public.mood",)),
    ("TYPE public.pair", ("type public.pair",)),
    ("DOMAIN app.amount", ("type app.amount",)),
    ("SEQUENCE public.counter", ("sequence public.counter",)),
    ("FUNCTION public.f(integer)", ("routine public.f(integer)",)),
    ("FUNCTION public.reads()", ("routine public.reads()",)),
    ("AGGREGATE public.total(integer)", ("aggregate public.total",)),
    ("VIEW public.v1", ("view public.v1",)),
    ("VIEW app.v1", ("view app.v1",)),
    ("MATERIALIZED VIEW public.m1", ("materialized public.m1",)),
    ("INDEX public.m1_i", ("index public.m1_i",)),
    ("STATISTICS public.t1_st", ("statistics public.t1_st",)),
    *((f"TABLE {path}", (f"table {path}",)) for path in TABLES),
    *((f"COLUMN {path}.{c}", (f"table {path}", f"has {path}.{c}")) for path in TABLES[:2] for c in COLUMNS[:2]),
    *(
        (
            f"INDEX {path.partition('.')[0]}.{bare(path).lower()}_i",
            (f"index {path.partition('.')[0]}.{bare(path).lower()}_i",),
        )
        for path in TABLES
    ),
    *((f"CONSTRAINT positive ON {path}", (f"check {path} positive",)) for path in TABLES),
    *((f"CONSTRAINT fk_one ON {path}", (f"foreign key {path} fk_one",)) for path in TABLES),
    *((f"TRIGGER one ON {path}", (f"trigger {path} one",)) for path in TABLES),
    *((f"POLICY mine ON {path}", (f"policy {path} mine",)) for path in TABLES),
)

#: What is granted, and the words that it needs.
GRANTED: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("SCHEMA app", ("USAGE", "CREATE", "ALL"), ("schema app",)),
    ("TYPE public.mood", ("USAGE",), ("type public.mood",)),
    ("DOMAIN app.amount", ("USAGE",), ("type app.amount",)),
    ("SEQUENCE public.counter", ("USAGE", "SELECT, UPDATE"), ("sequence public.counter",)),
    ("FUNCTION public.f(integer)", ("EXECUTE",), ("routine public.f(integer)",)),
    ("FUNCTION public.reads()", ("EXECUTE",), ("routine public.reads()",)),
    ("TABLE public.v1", ("SELECT", "ALL"), ("view public.v1",)),
    ("TABLE public.m1", ("SELECT",), ("materialized public.m1",)),
    *((f"TABLE {path}", ("SELECT", "INSERT, UPDATE", "ALL"), (f"table {path}",)) for path in TABLES),
    *(
        (f"TABLE {path}", ("SELECT (a)", "UPDATE (a), INSERT"), (f"table {path}", f"has {path}.a"))
        for path in TABLES[:2]
    ),
)


def _comment(target: str, words: tuple[str, ...]) -> Slot:
    def draw(draft: Draft) -> Drawn:
        draft.need(*words)
        return Drawn(sql=f"COMMENT ON {target} IS {draft.pick(COMMENTS)}")

    return Slot(f"comment {target}", draw, 25)


def _grant(number: int, target: str, privileges: tuple[str, ...], words: tuple[str, ...]) -> Slot:
    def draw(draft: Draft) -> Drawn:
        draft.need(*words)
        role = draft.pick((*ROLES, "PUBLIC"))
        option = draft.maybe(15, " WITH GRANT OPTION") if role != "PUBLIC" else ""
        return Drawn(sql=f"GRANT {draft.pick(privileges)} ON {target} TO {role}{option}")

    return Slot(f"grant {number} {target}", draw, 20)


def _revoke(draft: Draft) -> Drawn:
    draft.need("routine public.f(integer)")
    return Drawn(sql="REVOKE ALL ON FUNCTION public.f(integer) FROM PUBLIC")


def _by_default(name: str, forms: tuple[str, ...]) -> Slot:
    def draw(draft: Draft) -> Drawn:
        form = draft.pick(forms)
        if "SCHEMA app" in form:
            draft.need("schema app")
        return Drawn(sql=f"ALTER DEFAULT PRIVILEGES {form}")

    return Slot(f"default privileges {name}", draw, 12)


FIRST = (
    _by_default("tables", ("GRANT SELECT ON TABLES TO pairs_one", "IN SCHEMA app GRANT ALL ON TABLES TO pairs_two")),
    _by_default("routines", ("REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC", "GRANT EXECUTE ON FUNCTIONS TO pairs_one")),
    _by_default("sequences", ("IN SCHEMA public GRANT USAGE ON SEQUENCES TO pairs_one",)),
)
SLOTS = (
    *(_comment(*each) for each in COMMENTED),
    *(_grant(number, *each) for number, each in enumerate(GRANTED)),
    Slot("revoke public.f(integer)", _revoke, 15),
)
