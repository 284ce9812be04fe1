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
    UNION ALL
    SELECT 'pg_conversion'::regclass, x.oid, 'object', s.nspname, '', x.conname, 'a conversion'
    FROM pg_conversion x JOIN scope s ON s.oid = x.connamespace
    UNION ALL
    SELECT 'pg_operator'::regclass, x.oid, 'object', s.nspname, '', x.oprname, 'an operator'
    FROM pg_operator x JOIN scope s ON s.oid = x.oprnamespace
    UNION ALL
    SELECT 'pg_opclass'::regclass, x.oid, 'object', s.nspname, '', x.opcname, 'an operator class'
    FROM pg_opclass x JOIN scope s ON s.oid = x.opcnamespace
    UNION ALL
    SELECT 'pg_opfamily'::regclass, x.oid, 'object', s.nspname, '', x.opfname, 'an operator family'
    FROM pg_opfamily x JOIN scope s ON s.oid = x.opfnamespace
    UNION ALL
    SELECT 'pg_ts_config'::regclass, x.oid, 'object', s.nspname, '', x.cfgname, 'a text search configuration'
    FROM pg_ts_config x JOIN scope s ON s.oid = x.cfgnamespace
    UNION ALL
    SELECT 'pg_ts_dict'::regclass, x.oid, 'object', s.nspname, '', x.dictname, 'a text search dictionary'
    FROM pg_ts_dict x JOIN scope s ON s.oid = x.dictnamespace
    UNION ALL
    SELECT 'pg_ts_parser'::regclass, x.oid, 'object', s.nspname, '', x.prsname, 'a text search parser'
    FROM pg_ts_parser x JOIN scope s ON s.oid = x.prsnamespace
    UNION ALL
    SELECT 'pg_ts_template'::regclass, x.oid, 'object', s.nspname, '', x.tmplname, 'a text search template'
    FROM pg_ts_template x JOIN scope s ON s.oid = x.tmplnamespace
)
SELECT DISTINCT f.kind, f.schema::text, f.on_table::text, f.name::text, f.what
FROM found f
WHERE NOT EXISTS (SELECT FROM owned e WHERE e.classid = f.catalogue AND e.objid = f.oid)
