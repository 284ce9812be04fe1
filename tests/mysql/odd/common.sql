CREATE TABLE numbers (
  id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  ti tinyint, tiu tinyint unsigned zerofill, tb bool DEFAULT true, si smallint(3), mi mediumint unsigned, i int(7) zerofill,
  de decimal(12, 3) DEFAULT 1.5, nu numeric, fl float, fl2 float(7, 2), f30 float(30), db double precision DEFAULT -1e3,
  re real unsigned, bi bit, bi8 bit(8) DEFAULT b'10101', se int DEFAULT '7', hex varbinary(4) DEFAULT 0x4142
) ENGINE=InnoDB AUTO_INCREMENT=1000 COMMENT='numbers; -- all of ''them''';

CREATE TABLE texts (
  c char, c0 char(0), c5 char(5) NOT NULL DEFAULT 'a\\b', vc varchar(20) DEFAULT 'it''s', nvc national varchar(5),
  la varchar(10) CHARACTER SET latin1 DEFAULT '\n', bi varchar(10) BINARY, co varchar(10) COLLATE utf8mb4_bin,
  tt tinytext, te text, te10 text(10), mt mediumtext, lt longtext CHARACTER SET ascii,
  b binary(3) DEFAULT 'abc', vb varbinary(8), tbl tinyblob, bl blob, bl7 blob(70000), lb longblob,
  e enum('a', 'b,c', 'it''s', '') NOT NULL DEFAULT 'b,c', s set('x', 'y') DEFAULT 'x,y',
  js json, em varchar(5) NOT NULL DEFAULT '', `select` int, `odd ``name``` int COMMENT 'a "quoted" \\ comment',
  FULLTEXT KEY ft (te, mt), KEY pre (vc(5), te(10)), KEY de (vc DESC, la ASC), UNIQUE KEY (e, s)
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci ROW_FORMAT=DYNAMIC;

CREATE TABLE times (
  d date DEFAULT '2020-02-29', t time(3), dt datetime DEFAULT CURRENT_TIMESTAMP, dt6 datetime(6) DEFAULT NOW(6) ON UPDATE NOW(6),
  ts timestamp NULL DEFAULT NULL, ts2 timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  ts3 timestamp(2) DEFAULT '2020-01-01 00:00:00.25', y year DEFAULT 2001, ex date DEFAULT (CURRENT_DATE + INTERVAL 1 DAY),
  un varchar(36) DEFAULT (UUID()), calc int DEFAULT (1 + 2 * 3), st varchar(9) DEFAULT (concat('a', 'b'))
);

CREATE TABLE shapes (
  id int PRIMARY KEY, g geometry NOT NULL, p point NOT NULL, ls linestring, po polygon, mp multipoint, ml multilinestring,
  mpo multipolygon, gc geometrycollection, SPATIAL KEY sp (g), SPATIAL KEY (p)
);

CREATE TABLE made (
  a int NOT NULL, b int, j json,
  v int AS (a + b), st int GENERATED ALWAYS AS (a * b) STORED COMMENT 'kept', up varchar(20) AS (upper(concat('x', a))) VIRTUAL,
  jv varchar(30) AS (json_unquote(json_extract(j, '$.name'))),
  hidden int INVISIBLE DEFAULT 5,
  PRIMARY KEY (a), KEY (v), UNIQUE KEY by_st (st, v), KEY (jv),
  CONSTRAINT positive CHECK (a > 0 AND (b IS NULL OR b BETWEEN 1 AND 10)), CHECK (b <> 5), CHECK (j IS NULL OR json_valid(j))
);

CREATE TABLE parent (
  a int, b varchar(10), c int, PRIMARY KEY (a, b), UNIQUE KEY uq (b, a), UNIQUE KEY (c)
);
CREATE TABLE child (
  id int PRIMARY KEY, pa int, pb varchar(10), pc int, self int,
  CONSTRAINT both_ FOREIGN KEY (pa, pb) REFERENCES parent (a, b) ON DELETE CASCADE ON UPDATE SET NULL,
  FOREIGN KEY (pc) REFERENCES parent (c) ON DELETE RESTRICT, FOREIGN KEY own (self) REFERENCES child (id) ON UPDATE NO ACTION,
  FOREIGN KEY (pc) REFERENCES parent (c) ON DELETE SET NULL
);
CREATE TABLE isam (id int NOT NULL, t text, KEY (id), FULLTEXT (t)) ENGINE=MyISAM MAX_ROWS=1000 CHECKSUM=1 CHARSET=latin1;
CREATE TABLE mem (id int, KEY h (id) USING HASH, KEY b (id) USING BTREE) ENGINE=MEMORY;
CREATE TABLE compressed (id int) ROW_FORMAT=COMPRESSED KEY_BLOCK_SIZE=8 STATS_PERSISTENT=0;

CREATE FUNCTION twice(x int) RETURNS int DETERMINISTIC NO SQL COMMENT 'it''s' SQL SECURITY INVOKER RETURN x * 2;

CREATE ALGORITHM=MERGE SQL SECURITY INVOKER VIEW z_first AS SELECT a, b, v + 1 AS w FROM made WHERE a > 1 WITH LOCAL CHECK OPTION;
CREATE VIEW a_second (x, `y z`) AS SELECT f.a, count(*) FROM z_first f JOIN parent p ON p.a = f.a GROUP BY f.a;
CREATE ALGORITHM=TEMPTABLE VIEW m_third AS SELECT x, 'it''s' AS s, twice(x) AS t FROM a_second UNION ALL SELECT id, NULL, 1 FROM child;

CREATE TABLE log (id int AUTO_INCREMENT PRIMARY KEY, what varchar(100), at timestamp DEFAULT CURRENT_TIMESTAMP);
DELIMITER $$
CREATE TRIGGER t_b BEFORE INSERT ON log FOR EACH ROW SET NEW.what = concat('b;', NEW.what)$$
CREATE TRIGGER t_a BEFORE INSERT ON log FOR EACH ROW BEGIN IF NEW.id > 5 THEN SET NEW.what = 'many; -- rows'; END IF; END$$
CREATE TRIGGER t_c BEFORE INSERT ON log FOR EACH ROW PRECEDES t_a SET @x = 1$$
CREATE DEFINER=`nobody`@`localhost` TRIGGER t_d AFTER DELETE ON log FOR EACH ROW SET @gone = OLD.id$$
CREATE DEFINER=`root`@`%` PROCEDURE fill(IN n int, OUT total bigint unsigned, INOUT `name` varchar(20) CHARACTER SET latin1)
  MODIFIES SQL DATA
BEGIN
  DECLARE i int DEFAULT 0;
  again: WHILE i < n DO
    INSERT INTO log (what) VALUES (concat(name, '$;', i));
    SET i = i + 1;
    IF i > 100 THEN LEAVE again; END IF;
  END WHILE;
  SELECT count(*) INTO total FROM log;
END$$
DELIMITER ;
SET @old = @@sql_mode;
SET sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT';
CREATE FUNCTION piped(a varchar(5)) RETURNS varchar(20) CHARSET utf8mb4 DETERMINISTIC RETURN "a" || 'x';
SET sql_mode = @old;
CREATE EVENT once ON SCHEDULE AT '2037-01-01 10:00:00' ON COMPLETION PRESERVE DISABLE COMMENT 'not ''now''' DO DELETE FROM log;
CREATE EVENT often ON SCHEDULE EVERY '1:30' HOUR_MINUTE STARTS '2030-01-01 00:00:00' ENDS '2036-01-01 00:00:00' DO CALL fill(1, @t, @n);

CREATE TABLE `we``ird %s %(x)s {y} $1 :p` (`a%s` int NOT NULL DEFAULT 5 COMMENT '100%s \\ ''q'' "d" `b` ; -- x', `b:c` varchar(20) DEFAULT '%(name)s', `ü` enum('%','ä','\\','a\nb',';') DEFAULT '\\', KEY `k%` (`a%s`), CONSTRAINT `c:%s` CHECK (`b:c` <> '%;:x'), CONSTRAINT re CHECK (`b:c` NOT REGEXP '^\\d+\\s"')) COMMENT 'line
two; \\n 	tab';
CREATE VIEW `v %s` AS SELECT `a%s` AS `a%`, ':x %s \\ ''' AS `q?`, "dq" AS dq FROM `we``ird %s %(x)s {y} $1 :p` WHERE `b:c` LIKE '%\\%:a%';
DELIMITER //
CREATE PROCEDURE `p %s`(`x%` int) COMMENT 'c %s \\ '' :x'
BEGIN
  DECLARE `end` int; DECLARE s varchar(50) DEFAULT 'a; -- b \\ '' " ';
  IF `x%` % 2 = 1 THEN SELECT 1; ELSE SELECT CASE WHEN 1 THEN 2 END; END IF;
  CASE `x%` WHEN 1 THEN BEGIN END; ELSE BEGIN SELECT IF(1,2,3), REPEAT('x', 3); END; END CASE;
  lab: LOOP LEAVE lab; END LOOP lab;
  REPEAT SET `end` = 1; UNTIL TRUE END REPEAT;
END//
SET sql_mode='NO_BACKSLASH_ESCAPES,ANSI_QUOTES'//
CREATE FUNCTION f1() RETURNS varchar(20) DETERMINISTIC RETURN 'a\'//
CREATE TRIGGER ts BEFORE UPDATE ON "we`ird %s %(x)s {y} $1 :p" FOR EACH ROW SET NEW."b:c" = '\'//
CREATE EVENT "e%s" ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 00:00:00' COMMENT 'c' DO SET @x = '\'//
SET sql_mode=''//
CREATE FUNCTION f2() RETURNS varchar(20) NOT DETERMINISTIC READS SQL DATA RETURN "x" // 
DELIMITER ;
CREATE TABLE pt (id int, c varchar(5)) PARTITION BY LIST COLUMNS (c) (PARTITION `p%s` VALUES IN ('%s','a''b','\\') COMMENT 'x %s \\ ''');
CREATE TABLE l1 (a varchar(10) CHARACTER SET latin1 DEFAULT 'é', b varchar(10) CHARACTER SET ucs2 DEFAULT 'ñ', c char(3) CHARACTER SET binary DEFAULT 'abc', d bit(3) DEFAULT 5, e decimal(5,2) DEFAULT -0.5, f double DEFAULT 1e10, g time DEFAULT '-838:59:59', h year DEFAULT '00');
