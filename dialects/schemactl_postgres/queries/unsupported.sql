-- Whatever stands in the schemas, or on their tables, and has no place in the model. Tables: see tables.sql.
WITH scope AS (
    SELECT n.oid, n.nspname FROM pg_namespace n
    WHERE n.oid = ANY (current_setting('schemactl.schemas')::oid[])
), owned AS (
    SELECT e.classid, e.objid FROM pg_depend e WHERE e.deptype = 'e'
), relation AS (
    SELECT c.oid, c.reltype, s.nspname, c.relname, c.relkind FROM pg_class c JOIN scope s ON s.oid = c.relnamespace
    WHERE NOT EXISTS (SELECT FROM owned e WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid)
), found (catalogue, oid, kind, schema, on_table, name, what) AS (
    SELECT 'pg_type'::regclass, t.oid, 'type', s.nspname, '', t.typname,
           CASE WHEN NOT t.typisdefined THEN 'a shell type' ELSE 'a base type' END
    FROM pg_type t JOIN scope s ON s.oid = t.typnamespace
    WHERE t.typcategory <> 'A' AND t.typtype IN ('b', 'p')
    UNION ALL
    SELECT 'pg_constraint'::regclass, k.oid, 'constraint', r.nspname, r.relname, k.conname,
           'a constraint with disabled triggers'
    FROM pg_trigger t JOIN relation r ON r.oid = t.tgrelid JOIN pg_constraint k ON k.oid = t.tgconstraint
    WHERE t.tgisinternal AND t.tgparentid = 0 AND t.tgenabled <> 'O'
    UNION ALL
    SELECT 'pg_trigger'::regclass, t.oid, 'trigger', r.nspname, r.relname, t.tgname,
           'a trigger that fires at other times than its parent table''s'
    FROM pg_trigger t JOIN relation r ON r.oid = t.tgrelid JOIN pg_trigger p ON p.oid = t.tgparentid
    WHERE t.tgenabled <> p.tgenabled
)
SELECT DISTINCT f.kind, f.schema::text, f.on_table::text, f.name::text, f.what
FROM found f
WHERE NOT EXISTS (SELECT FROM owned e WHERE e.classid = f.catalogue AND e.objid = f.oid)
