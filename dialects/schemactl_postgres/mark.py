"""A mark of the whole catalogue, got by one query: another one after anything was changed that an inspection reads.

What stands for a row is its place and the transaction that wrote it (`ctid`, `xmin`). Every change of a row, but for those
in place, writes a new one; no two of one server's life share both. Statistics and the numbers of vacuum are changed in
place, and no inspection reads them. A server that lost its last transactions, in a crash or a failover, may give their
numbers away again: so the mark says which process it is of, and since when it counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Connection

#: What the queries of an inspection read. A test holds them to this.
CATALOGUES = (
    "pg_aggregate",
    "pg_am",
    "pg_amop",
    "pg_amproc",
    "pg_attrdef",
    "pg_attribute",
    "pg_cast",
    "pg_class",
    "pg_collation",
    "pg_constraint",
    "pg_conversion",
    "pg_database",
    "pg_default_acl",
    "pg_depend",
    "pg_description",
    "pg_enum",
    "pg_event_trigger",
    "pg_extension",
    "pg_foreign_data_wrapper",
    "pg_foreign_server",
    "pg_foreign_table",
    "pg_index",
    "pg_inherits",
    "pg_language",
    "pg_namespace",
    "pg_opclass",
    "pg_operator",
    "pg_opfamily",
    "pg_partitioned_table",
    "pg_policy",
    "pg_proc",
    "pg_publication",
    "pg_publication_namespace",
    "pg_publication_rel",
    "pg_range",
    "pg_rewrite",
    "pg_seclabel",
    "pg_sequence",
    "pg_statistic_ext",
    "pg_transform",
    "pg_trigger",
    "pg_ts_config",
    "pg_ts_config_map",
    "pg_ts_dict",
    "pg_ts_parser",
    "pg_ts_template",
    "pg_type",
)
#: Views for what is not for everybody to read: the text of their rows stands for them.
_VIEWS = ("pg_roles", "pg_user_mappings")
#: What an inspection reads beside, and why no change of it need be noticed.
PASSED_OVER = {
    "pg_available_extensions": "files of the server, that only tell whether an extension could be made",
    "pg_seclabels": "a view of pg_seclabel, and of labels of what belongs to the whole server",
    "pg_user_mapping": "nothing but its name: its rows are not for everybody",
    "pg_subscription": "counted by name below: its rows are not for everybody",
}
#: Half of all rows are of columns that every table has, and that nothing changes but a right on them; other
#: databases are no matter.
_WHERE = {
    "pg_attribute": " WHERE attnum > 0 OR attacl IS NOT NULL",
    "pg_database": " WHERE datname = current_database()",
}
_ADDED = {"pg_publication_namespace": 15}

_HEAD = (
    "SELECT concat_ws(' ', current_setting('server_version'), current_database(), current_user, session_user,"
    " current_setting('search_path'), current_setting('TimeZone'), pg_is_in_recovery(),"
    " extract(epoch FROM pg_postmaster_start_time()),"
    " (SELECT extract(epoch FROM stats_reset) FROM pg_stat_bgwriter)"
)


def mark(connection: Connection) -> str:
    """The mark. Raises whatever the driver raises; leaves no transaction behind."""
    driver = connection.connection.dbapi_connection
    major = driver.info.server_version // 10000  # type: ignore[union-attr]
    found = str(connection.exec_driver_sql(query(major)).scalar_one())
    connection.rollback()
    return found


def query(major: int) -> str:
    """The one query, for a server of this major version."""
    # Postgres 14 hashes no tid by itself.
    place = (
        "hashtidextended(ctid, xmin::text::bigint)"
        if major >= 15
        else "hashtextextended(ctid::text, xmin::text::bigint)"
    )
    of_rows = [
        f"(SELECT count(*) || '.' || coalesce(sum({place}), 0) FROM pg_catalog.{name}{_WHERE.get(name, '')})"  # noqa: S608
        for name in CATALOGUES
        if major >= _ADDED.get(name, 0)
    ]
    of_texts = [
        f"(SELECT count(*) || '.' || coalesce(sum(hashtextextended(v::text, 0)), 0) FROM pg_catalog.{name} v)"  # noqa: S608
        for name in _VIEWS
    ]
    subscriptions = "(SELECT string_agg(oid || subname, ' ' ORDER BY oid) FROM pg_catalog.pg_subscription)"
    return ", ".join((_HEAD, *of_rows, *of_texts, subscriptions)) + ")"
