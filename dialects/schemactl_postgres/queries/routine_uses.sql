-- What routines and triggers of the schemas, and event triggers, rest on. `of` is the user's oid, `catalogue` the one that it is in.
WITH scope AS (
    SELECT unnest(current_setting('schemactl.schemas')::oid[]) AS oid
), users AS (
    SELECT 'pg_proc'::regclass AS classid, p.oid FROM pg_proc p JOIN scope s ON s.oid = p.pronamespace
    UNION ALL
    SELECT 'pg_trigger'::regclass, t.oid
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN scope s ON s.oid = c.relnamespace
    WHERE NOT t.tgisinternal AND t.tgparentid = 0
    UNION ALL
    SELECT 'pg_event_trigger'::regclass, oid FROM pg_event_trigger
), found AS (
    SELECT DISTINCT u.classid, u.oid, d.refclassid, d.refobjid, d.refobjsubid
    FROM users u JOIN pg_depend d ON d.classid = u.classid AND d.objid = u.oid
    WHERE d.deptype IN ('n', 'a') AND d.refclassid IN ('pg_class'::regclass, 'pg_type'::regclass, 'pg_proc'::regclass)
)
SELECT DISTINCT f.classid::text AS catalogue, f.oid AS "of",
       CASE WHEN m.of_table THEN 'column'
            WHEN c.relkind IN ('v', 'm') THEN 'view'
            WHEN c.relkind = 'S' THEN 'sequence'
            ELSE 'table' END AS kind,
       n.nspname::text AS schema,
       CASE WHEN m.of_table THEN c.relname::text ELSE '' END AS on_table,
       CASE WHEN m.of_table THEN a.attname::text ELSE c.relname::text END AS name
FROM found f
JOIN pg_class c ON f.refclassid = 'pg_class'::regclass AND c.oid = f.refobjid AND c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S')
JOIN pg_namespace n ON n.oid = c.relnamespace
-- A view's columns come and go with it.
CROSS JOIN LATERAL (SELECT f.refobjsubid > 0 AND c.relkind NOT IN ('v', 'm') AS of_table) m
LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = f.refobjsubid
UNION ALL
SELECT f.classid::text, f.oid, 'type', n.nspname::text, '', e.typname::text
FROM found f
JOIN pg_type t ON f.refclassid = 'pg_type'::regclass AND t.oid = f.refobjid
JOIN pg_type e ON e.oid = CASE WHEN t.typcategory = 'A' AND t.typelem <> 0 THEN t.typelem ELSE t.oid END
JOIN pg_namespace n ON n.oid = e.typnamespace
UNION ALL
SELECT f.classid::text, f.oid, 'routine', n.nspname::text, '',
       p.proname || '(' || coalesce((SELECT string_agg(format_type(t, NULL), ', ' ORDER BY i)
                                     FROM unnest(p.proargtypes) WITH ORDINALITY AS g (t, i)), '') || ')'
FROM found f
JOIN pg_proc p ON f.refclassid = 'pg_proc'::regclass AND p.oid = f.refobjid
JOIN pg_namespace n ON n.oid = p.pronamespace
