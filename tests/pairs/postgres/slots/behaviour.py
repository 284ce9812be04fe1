"""What happens to rows: triggers, rules, policies, row-level security; and what the planner is told: statistics."""

from __future__ import annotations

from tests.pairs.pieces import Draft, Drawn, Slot
from tests.pairs.postgres.roles import ROLES
from tests.pairs.postgres.slots.tables import TABLES, bare, columns_of, condition, ordered


def _trigger(path: str, name: str) -> Slot:
    def draw(draft: Draft) -> Drawn | None:
        if not draft.has(f"table {path}") or not (columns := columns_of(draft, path)):
            return None
        draft.need(f"table {path}", "trigger function public.fires")
        column = draft.pick([c for c in columns if not c.virtual] or columns)
        draft.need(column.word)
        function = "EXECUTE FUNCTION public.fires()"
        comparable = (
            column.kind.text not in ("json", "xml", "point")
            and not column.kind.needs
            and column.kind.family != "unordered"
            and not column.generated
        )
        forms = [
            f"TRIGGER {name} BEFORE INSERT OR UPDATE OF {column.name} ON {path} FOR EACH ROW {function}",
            f"TRIGGER {name} AFTER DELETE ON {path} FOR EACH STATEMENT {function}",
            f"CONSTRAINT TRIGGER {name} AFTER INSERT ON {path} DEFERRABLE INITIALLY DEFERRED FOR EACH ROW {function}",
            f"TRIGGER {name} AFTER TRUNCATE ON {path} {function}",
        ]
        if not draft.has(f"partitioned {path}"):
            forms.append(
                f"TRIGGER {name} AFTER INSERT ON {path} REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT {function}"
            )
        if comparable:
            when = f"WHEN (OLD.{column.name} IS DISTINCT FROM NEW.{column.name})"
            forms.append(f"TRIGGER {name} BEFORE UPDATE ON {path} FOR EACH ROW {when} {function}")
        return Drawn(sql=f"CREATE {draft.pick(forms)}", gives=[f"trigger {path} {name}"])

    return Slot(f"trigger {path} {name}", draw, 35)


def _state(path: str, name: str) -> Slot:
    def draw(draft: Draft) -> Drawn:
        draft.need(f"trigger {path} {name}")
        word = draft.pick(("DISABLE", "ENABLE REPLICA", "ENABLE ALWAYS"))
        return Drawn(sql=f"ALTER TABLE {path} {word} TRIGGER {name}")

    return Slot(f"state of trigger {path} {name}", draw, 20)


def _view_trigger(path: str) -> Slot:
    def draw(draft: Draft) -> Drawn:
        draft.need(f"view {path}", "trigger function public.fires")
        event = draft.pick(("INSERT", "UPDATE", "INSERT OR DELETE"))
        return Drawn(
            sql=f"CREATE TRIGGER instead INSTEAD OF {event} ON {path} FOR EACH ROW EXECUTE FUNCTION public.fires()"
        )

    return Slot(f"trigger {path}", draw, 25)


def _rule(path: str, sort: str) -> Slot:
    def draw(draft: Draft) -> Drawn:
        draft.need(f"{sort} {path}")
        event = draft.pick(("INSERT", "UPDATE", "DELETE"))
        what = draft.pick(("INSTEAD NOTHING", "INSTEAD NOTHING", "INSTEAD NOTHING"))
        where = ""
        if sort == "table" and draft.chance(40):
            row = "NEW" if event == "INSERT" else "OLD"
            if ids := [c for c in columns_of(draft, path) if c.name == "id"]:
                draft.need(ids[0].word)
                where = f" WHERE {row}.id > {draft.pick((1, 2))}"
        return Drawn(sql=f"CREATE RULE quiet AS ON {event} TO {path}{where} DO {what}")

    return Slot(f"rule {path}", draw, 15)


def _policy(path: str, name: str) -> Slot:
    def draw(draft: Draft) -> Drawn | None:
        if not draft.has(f"table {path}"):
            return None
        draft.need(f"table {path}")
        command = draft.pick(("ALL", "SELECT", "INSERT", "UPDATE", "DELETE"))
        text = f"CREATE POLICY {name} ON {path}{draft.maybe(20, ' AS RESTRICTIVE')} FOR {command}"
        text += draft.maybe(50, f" TO {draft.pick((*ROLES, 'PUBLIC', 'CURRENT_USER', ', '.join(ROLES)))}")
        if command != "INSERT":
            text += f" USING ({condition(draft, path)})"
        if command in ("INSERT", "UPDATE", "ALL") and (command == "INSERT" or draft.chance(50)):
            text += f" WITH CHECK ({condition(draft, path)})"
        return Drawn(sql=text, gives=[f"policy {path} {name}"])

    return Slot(f"policy {path} {name}", draw, 25)


def _security(path: str) -> Slot:
    def draw(draft: Draft) -> Drawn:
        draft.need(f"table {path}")
        force = draft.maybe(40, ", FORCE ROW LEVEL SECURITY")
        return Drawn(sql=f"ALTER TABLE {path} ENABLE ROW LEVEL SECURITY{force}")

    return Slot(f"row security {path}", draw, 30)


def _identity(path: str) -> Slot:
    def draw(draft: Draft) -> Drawn:
        draft.need(f"table {path}")
        return Drawn(sql=f"ALTER TABLE {path} REPLICA IDENTITY {draft.pick(('FULL', 'NOTHING'))}")

    return Slot(f"replica identity {path}", draw, 15)


def _statistics(path: str) -> Slot:
    def draw(draft: Draft) -> Drawn | None:
        columns = [c for c in ordered(columns_of(draft, path)) if not c.virtual]
        if len(columns) < 2 or not draft.has(f"table {path}"):
            return None
        one, other = columns[0], draft.pick(columns[1:])
        draft.need(one.word, other.word, f"kept {one}", f"kept {other}", f"table {path}")
        kinds = draft.pick(("", " (ndistinct)", " (dependencies, mcv)"))
        schema = path.partition(".")[0]
        name = f"{schema}.{bare(path).lower()}_st"
        terms = f"{one.name}, {other.name}"
        if one.kind.family == "int" and draft.chance(30):
            terms = f"({one.name} + 1), {other.name}"
        return Drawn(sql=f"CREATE STATISTICS {name}{kinds} ON {terms} FROM {path}", gives=[f"statistics {name}"])

    return Slot(f"statistics {path}", draw, 25)


def _column_option(path: str, column: str) -> Slot:
    def draw(draft: Draft) -> Drawn | None:
        found = [c for c in columns_of(draft, path) if c.name == column and not c.virtual]
        if not found or not draft.has(f"table {path}"):
            return None
        draft.need(found[0].word, f"kept {found[0]}", f"table {path}")
        options = [f"SET STATISTICS {draft.pick((0, 100, 500))}"]
        if found[0].kind.text in ("text", "jsonb", "varchar", "bytea", "text[]"):
            options += ["SET STORAGE EXTERNAL", "SET STORAGE MAIN", "SET COMPRESSION pglz"]
        return Drawn(sql=f"ALTER TABLE {path} ALTER COLUMN {column} {draft.pick(options)}")

    return Slot(f"option {path}.{column}", draw, 15)


def slots(path: str) -> tuple[Slot, ...]:
    """All that a table can have of these."""
    return (
        _trigger(path, "one"),
        _trigger(path, "two"),
        _state(path, "one"),
        _rule(path, "table"),
        _policy(path, "mine"),
        _policy(path, "yours"),
        _security(path),
        _identity(path),
        _statistics(path),
        _column_option(path, "a"),
        _column_option(path, "b"),
    )


VIEWS = ("public.v1", "app.v1")
SLOTS = (
    *(slot for path in TABLES for slot in slots(path)),
    *(_view_trigger(path) for path in VIEWS),
    *(_rule(path, "view") for path in VIEWS),
)
