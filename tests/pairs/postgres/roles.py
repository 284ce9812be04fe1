"""The roles that grants and policies name: the server's, not a database's."""

from __future__ import annotations

from tests.support.servers import AnyServer

ROLES = ("pairs_one", "pairs_two")


def make_roles(server: AnyServer) -> None:
    with server.database() as database:
        for role in ROLES:
            # Workers of pytest-xdist may make the same one at the same time.
            database.execute(
                f"DO $$BEGIN CREATE ROLE {role}; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END$$"
            )
