-- What types rest on: other types (of an array, its element), routines, collations and relations of the user's.
WITH part (schema, name, classid, objid) AS (
    SELECT n.nspname, t.typname, 'pg_type'::regclass, t.oid
    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
    WHERE t.typtype IN ('d', 'r') AND n.oid = ANY (current_setting('schemactl.schemas')::oid[])
    UNION ALL
    SELECT n.nspname, t.typname, 'pg_constraint'::regclass, k.oid
    FROM pg_constraint k JOIN pg_type t ON t.oid = k.contypid JOIN pg_namespace n ON n.oid = t.typnamespace
    WHERE n.oid = ANY (current_setting('schemactl.schemas')::oid[])
    UNION ALL
    SELECT n.nspname, c.relname, 'pg_class'::regclass, c.oid
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'c' AND n.oid = ANY (current_setting('schemactl.schemas')::oid[])
), used (schema, name, kind, used_schema, used_name) AS (
    SELECT p.schema, p.name, 'type', n.nspname, e.typname
    FROM part p JOIN pg_depend d ON d.classid = p.classid AND d.objid = p.objid AND d.refclassid = 'pg_type'::regclass
    JOIN pg_type t ON t.oid = d.refobjid
    JOIN pg_type e ON e.oid = CASE WHEN t.typcategory = 'A' AND t.typelem <> 0 THEN t.typelem ELSE t.oid END
    JOIN pg_namespace n ON n.oid = e.typnamespace
    UNION ALL
    SELECT p.schema, p.name, 'table', n.nspname, c.relname
    FROM part p JOIN pg_depend d ON d.classid = p.classid AND d.objid = p.objid AND d.refclassid = 'pg_class'::regclass
    JOIN pg_class c ON c.oid = d.refobjid AND c.relkind IN ('r', 'p', 'f')
    JOIN pg_namespace n ON n.oid = c.relnamespace
    UNION ALL
    SELECT p.schema, p.name, CASE c.relkind WHEN 'S' THEN 'sequence' ELSE 'view' END, n.nspname, c.relname
    FROM part p JOIN pg_depend d ON d.classid = p.classid AND d.objid = p.objid AND d.refclassid = 'pg_class'::regclass
    JOIN pg_class c ON c.oid = d.refobjid AND c.relkind IN ('v', 'm', 'S')
    JOIN pg_namespace n ON n.oid = c.relnamespace
    UNION ALL
    SELECT p.schema, p.name, 'routine', n.nspname,
           f.proname || '(' || coalesce((SELECT string_agg(format_type(a.type, NULL), ', ' ORDER BY a.place)
                                         FROM unnest(f.proargtypes) WITH ORDINALITY a (type, place)), '') || ')'
    FROM part p JOIN pg_depend d ON d.classid = p.classid AND d.objid = p.objid AND d.refclassid = 'pg_proc'::regclass
    JOIN pg_proc f ON f.oid = d.refobjid JOIN pg_namespace n ON n.oid = f.pronamespace
    UNION ALL
    SELECT p.schema, p.name, 'collation', n.nspname, l.collname
    FROM part p JOIN pg_depend d ON d.classid = p.classid AND d.objid = p.objid
                                AND d.refclassid = 'pg_collation'::regclass
    JOIN pg_collation l ON l.oid = d.refobjid JOIN pg_namespace n ON n.oid = l.collnamespace
)
SELECT DISTINCT u.schema::text, u.name::text, u.kind, u.used_schema::text, u.used_name::text
FROM used u
WHERE u.used_schema <> 'pg_catalog' AND (u.used_schema, u.used_name) <> (u.schema, u.name)
