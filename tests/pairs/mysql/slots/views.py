"""Views: over tables and over each other."""

from __future__ import annotations

from tests.pairs.mysql.slots.keys import condition
from tests.pairs.mysql.slots.kinds import EXPRESSIONS, Kind
from tests.pairs.mysql.slots.tables import Column, Relation, columns_of, use
from tests.pairs.pieces import Draft, Drawn, Slot

HEADS = ("", "", "", "ALGORITHM=MERGE ", "ALGORITHM=TEMPTABLE ", "SQL SECURITY INVOKER ", "ALGORITHM=UNDEFINED ")


def _view(name: str) -> Slot:
    def draw(draft: Draft) -> Drawn | None:
        relations = [r.name for r in draft.infos(Relation) if columns_of(draft, r.name)]
        if not relations:
            return None
        source = draft.pick(relations)
        draft.need(f"relation {source}")
        head = draft.pick(HEADS)
        columns = columns_of(draft, source)
        chosen = draft.some(columns, 60) or [columns[0]]
        texts, made = [], []
        for column in chosen:
            texts.append(use(draft, column))
            made.append(Column(name, column.name, column.kind))
        expressions = [(c, e) for c in columns if c.name != "made" for e in EXPRESSIONS.get(c.kind.family, ())]
        if expressions and "made" not in texts and draft.chance(40):
            column, (text, family) = draft.pick(expressions)
            texts.append(f"{text.format(c=use(draft, column))} AS made")
            made.append(Column(name, "made", Kind(family, family)))
        query, tail = f"SELECT {', '.join(texts)} FROM {source}", ""
        sort = draft.pick(("", "", "where", "where ", "join", "group", "union", "order", "function"))
        if sort.startswith("where"):
            query += f" WHERE {condition(draft, columns)}"
            if "TEMPTABLE" not in head and "made" not in texts[-1]:
                tail = draft.pick(("", "", " WITH CHECK OPTION", " WITH LOCAL CHECK OPTION"))
        elif sort == "join" and len(relations) > 1:
            other = draft.pick([r for r in relations if r != source])
            column = columns_of(draft, other)[0]
            draft.need(f"relation {other}", column.word)
            texts = [f"x.{text}" if " AS " not in text else text for text in texts if " AS " not in text]
            made = [c for c in made if c.name != "made"]
            join = draft.pick(("JOIN", "LEFT JOIN"))
            query = (
                f"SELECT {', '.join(texts)} FROM {source} x {join} {other} y ON x.{columns[0].name} = y.{column.name}"
            )
            draft.need(columns[0].word)
        elif sort == "group":
            column = columns[0]
            query = f"SELECT {use(draft, column)}, count(*) AS n FROM {source} GROUP BY {column.name}"
            made = [Column(name, column.name, column.kind), Column(name, "n", Kind("bigint", "int"))]
        elif sort == "union":
            query = f"{query} UNION ALL {query}"
        elif sort == "order":
            query += f" ORDER BY {use(draft, columns[0])} DESC LIMIT 5"
        elif sort == "function" and draft.has("function f1"):
            draft.need("function f1")
            query = f"SELECT f1(1) AS made FROM {source}"
            made = [Column(name, "made", Kind("int", "int"))]
        if tail and ("DISTINCT" in query or any(c.relation == source and source.startswith("v_") for c in columns)):
            tail = ""
        return Drawn(
            sql=f"CREATE {head}VIEW {name} AS {query}{tail}",
            gives=[f"relation {name}", *(c.word for c in made)],
            info=(Relation(name), *made),
        )

    return Slot(f"view {name}", draw, 45)


SLOTS = tuple(_view(name) for name in ("v_a", "v_b", "`v_C`"))
