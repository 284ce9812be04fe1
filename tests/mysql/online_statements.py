"""One ALTER for each heading of online.toml, and the tables that it is tried on."""

from __future__ import annotations

from typing import NamedTuple

COLUMNS = (
    "id int NOT NULL, a int, b varchar(50) DEFAULT 'b', k int, n int NOT NULL, c varchar(100) NOT NULL,"
    " v20 varchar(20), v40 varchar(40), v63 varchar(63), v100 varchar(100), e enum('x','y'), s set('x','y'),"
    " u3 varchar(20) CHARACTER SET utf8mb3, up timestamp NULL DEFAULT CURRENT_TIMESTAMP, t text, h int INVISIBLE,"
    " PRIMARY KEY (id), KEY k (k), UNIQUE KEY n (n)"
)
#: What a table has that makes some ALTERs dearer: heading, more columns and keys, options.
PROFILES = {
    "plain": ("", ""),
    "fulltext": (", FULLTEXT KEY f (t)", ""),
    "spatial": (", g point NOT NULL, SPATIAL KEY g (g)", ""),
    "compressed": ("", "ROW_FORMAT=COMPRESSED"),
    "redundant": ("", "ROW_FORMAT=REDUNDANT"),
    "virtual": (", gv int AS (a + 1) VIRTUAL", ""),
    "virtual_indexed": (", gv int AS (a + 1) VIRTUAL, KEY gv (gv)", ""),
    "stored": (", gs int AS (a + 1) STORED", ""),
    "check": (", CONSTRAINT ck CHECK (a < 1000)", ""),
    "foreign": (", p int, CONSTRAINT fk FOREIGN KEY (p) REFERENCES parent (id) ON DELETE CASCADE", ""),
    "partitioned": (", PRIMARY KEY (id), KEY n (n)", "PARTITION BY HASH (id) PARTITIONS 2"),
}


class Trial(NamedTuple):
    """`more` are columns and keys that the table needs besides; `only` is MySQL or MariaDB alone.

    {IGNORED} stands for that word of MariaDB, and for MySQL's.
    """

    sql: str
    more: str = ""
    only: str = ""


TRIALS = {
    "add_column": Trial("ADD COLUMN z int"),
    "add_column_between": Trial("ADD COLUMN z int AFTER a"),
    "add_column_expression": Trial("ADD COLUMN z int DEFAULT (n + 1)"),
    "add_column_counting": Trial("ADD COLUMN z int NOT NULL AUTO_INCREMENT, ADD UNIQUE KEY z (z)"),
    "add_column_stored": Trial("ADD COLUMN z int AS (n + 1) STORED"),
    "add_column_virtual": Trial("ADD COLUMN z int AS (n + 1) VIRTUAL"),
    "add_column_check": Trial("ADD COLUMN z int CHECK (z > 0)", only="mariadb"),
    "drop_column": Trial("DROP COLUMN b"),
    "drop_column_indexed": Trial("DROP COLUMN k"),
    "drop_column_virtual": Trial("DROP COLUMN y", ", y int AS (n + 1) VIRTUAL"),
    "drop_column_stored": Trial("DROP COLUMN y", ", y int AS (n + 1) STORED"),
    "move_column": Trial("MODIFY COLUMN b varchar(50) DEFAULT 'b' AFTER id"),
    "default": Trial("MODIFY COLUMN b varchar(50) DEFAULT 'z'"),
    "default_expression": Trial("MODIFY COLUMN b varchar(50) DEFAULT (uuid())"),
    "on_update": Trial("MODIFY COLUMN up timestamp NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP"),
    "comment_column": Trial("MODIFY COLUMN b varchar(50) DEFAULT 'b' COMMENT 'z'"),
    "hide_column": Trial("MODIFY COLUMN b varchar(50) INVISIBLE DEFAULT 'b'"),
    "show_column": Trial("MODIFY COLUMN h int"),
    "nullable": Trial("MODIFY COLUMN c varchar(100)"),
    "not_null": Trial("MODIFY COLUMN v20 varchar(20) NOT NULL"),
    "counting": Trial("MODIFY COLUMN id int NOT NULL AUTO_INCREMENT"),
    "not_counting": Trial("MODIFY COLUMN y int NOT NULL", ", y int NOT NULL AUTO_INCREMENT, KEY y (y)"),
    "longer": Trial("MODIFY COLUMN v20 varchar(25)"),
    "longer_indexed": Trial("MODIFY COLUMN y varchar(25)", ", y varchar(20), KEY y (y)"),
    "longer_over_128": Trial("MODIFY COLUMN v20 varchar(40)"),
    "longer_over_256": Trial("MODIFY COLUMN v40 varchar(64)"),
    "longer_short_over_256": Trial("MODIFY COLUMN v20 varchar(64)"),
    "longer_beyond_256": Trial("MODIFY COLUMN v100 varchar(200)"),
    "values_appended": Trial("MODIFY COLUMN e enum('x','y','z')"),
    "values_appended_set": Trial("MODIFY COLUMN s set('x','y','z')"),
    "wider_charset": Trial("MODIFY COLUMN u3 varchar(20) CHARACTER SET utf8mb4"),
    "collation": Trial("MODIFY COLUMN v20 varchar(20) COLLATE utf8mb4_bin"),
    "collation_indexed": Trial("MODIFY COLUMN y varchar(20) COLLATE utf8mb4_bin", ", y varchar(20), KEY y (y)"),
    "type": Trial("MODIFY COLUMN a bigint"),
    "expression_virtual": Trial("MODIFY COLUMN y int AS (n + 2) VIRTUAL", ", y int AS (n + 1) VIRTUAL"),
    "expression_stored": Trial("MODIFY COLUMN y int AS (n + 2) STORED", ", y int AS (n + 1) STORED"),
    "add_index": Trial("ADD KEY z (a)"),
    "add_index_virtual": Trial("ADD KEY z (y)", ", y int AS (n + 1) VIRTUAL"),
    "add_unique": Trial("ADD UNIQUE KEY z (a, id)"),
    "add_index_expression": Trial("ADD KEY z ((a + 1))", only="mysql"),
    "add_index_expression_between": Trial("ADD KEY a ((a + 1))", ", KEY z ((n + 2))", "mysql"),
    "add_unique_expression": Trial("ADD UNIQUE KEY z ((k + 1))", only="mysql"),
    "add_fulltext": Trial("ADD FULLTEXT KEY z (b)"),
    "add_spatial": Trial("ADD SPATIAL KEY z (y)", ", y point NOT NULL"),
    "drop_index": Trial("DROP KEY k"),
    "drop_index_expression": Trial("DROP KEY y", ", KEY y ((n + 2))", "mysql"),
    "drop_unique_expression": Trial("DROP KEY y", ", UNIQUE KEY y ((n + 2))", "mysql"),
    "drop_index_virtual": Trial("DROP KEY y", ", y int AS (n + 1) VIRTUAL, KEY y (y)"),
    "drop_spatial": Trial("DROP KEY y", ", y point NOT NULL, SPATIAL KEY y (y)"),
    "drop_fulltext": Trial("DROP KEY y", ", FULLTEXT KEY y (b)"),
    "rename_index": Trial("RENAME KEY k TO z"),
    "hide_index": Trial("ALTER INDEX k {IGNORED}"),
    "replace_primary_key": Trial("DROP PRIMARY KEY, ADD PRIMARY KEY (id, n)"),
    "add_check": Trial("ADD CONSTRAINT z CHECK (n < 100)"),
    "add_check_resting": Trial("ADD CONSTRAINT z CHECK (n < 100) NOT ENFORCED", only="mysql"),
    "drop_check": Trial("DROP CONSTRAINT y", ", CONSTRAINT y CHECK (n < 1000)"),
    "enforce_check": Trial("ALTER CHECK y ENFORCED", ", CONSTRAINT y CHECK (n < 1000) NOT ENFORCED", "mysql"),
    "rest_check": Trial("ALTER CHECK y NOT ENFORCED", ", CONSTRAINT y CHECK (n < 1000)", "mysql"),
    "add_foreign_key": Trial("ADD CONSTRAINT z FOREIGN KEY (k) REFERENCES parent (id)"),
    "drop_foreign_key": Trial("DROP FOREIGN KEY y", ", y int, CONSTRAINT y FOREIGN KEY (y) REFERENCES parent (id)"),
    "comment_table": Trial("COMMENT='z'"),
    "statistics": Trial("STATS_PERSISTENT=1"),
    "default_collation": Trial("DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin"),
    "row_format": Trial("ROW_FORMAT=COMPACT"),
}
