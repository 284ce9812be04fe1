CREATE TABLE only_mysql (
  id int PRIMARY KEY, a int, b varchar(50), j json, d json DEFAULT (json_array()), gs geometry NOT NULL SRID 4326, vec vector(3),
  KEY low ((lower(b))), KEY two ((a + 1), b DESC), KEY many ((CAST(j->'$.zips' AS unsigned array))), KEY unseen (a) INVISIBLE,
  SPATIAL KEY (gs), KEY ((a * 2)),
  CONSTRAINT loose CHECK (a > 3) NOT ENFORCED
) ENCRYPTION='N' COMMENT 'x';
CREATE TABLE ai (id int AUTO_INCREMENT, k int NOT NULL, PRIMARY KEY (k, id DESC), KEY (id)) COLLATE utf8mb4_0900_as_cs;
