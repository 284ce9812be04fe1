"""What a text leaves to the server: default engine, collations, the case of names."""

from __future__ import annotations

from importlib.resources import files

from sqlalchemy import Connection

from schemactl_mysql.flavour import parse_version
from schemactl_mysql.options import Surroundings


def query(name: str) -> str:
    """The text of queries/name.sql."""
    return files("schemactl_mysql").joinpath("queries", f"{name}.sql").read_text(encoding="utf-8")


def surroundings(connection: Connection) -> Surroundings:
    version, database, engine, mode, case, timestamps = connection.exec_driver_sql(query("server")).one()
    flavour = parse_version(version)
    charsets = connection.exec_driver_sql("SHOW CHARACTER SET").all()
    collation_of = {row[0]: row[2] for row in charsets}
    collations = "collations_mariadb" if flavour.mariadb and flavour.version >= (10, 10) else "collations"
    engines = connection.exec_driver_sql("SHOW ENGINES").all()
    restricted = connection.exec_driver_sql("SHOW VARIABLES LIKE 'restrict_fk_on_non_standard_key'").all()
    return Surroundings(
        flavour=flavour,
        database=database or "",
        engine=engine,
        engines=frozenset(row[0] for row in engines if row[1] in ("YES", "DEFAULT")),
        charset_of={row[0]: row[1] for row in connection.exec_driver_sql(query(collations))},
        collation_of=collation_of,
        widths={row[0]: int(row[3]) for row in charsets},
        collations={row[0]: row[1] for row in connection.exec_driver_sql(query("databases"))},
        lower_case_table_names=int(case),
        sql_mode=mode,
        explicit_timestamps=bool(timestamps),
        whole_keys_alone=any(value == "ON" for _, value in restricted),
    )
