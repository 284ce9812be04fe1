-- What definitions rest on, and what rests on them: `of` is the definition's oid, `catalogue` the one that it is in. The
-- other side is a definition by catalogue and oid as well, or anything else by its key. `above` marks what rests on it.
WITH catalogue (oid) AS (
    SELECT unnest(ARRAY['pg_operator', 'pg_opclass', 'pg_opfamily', 'pg_amop', 'pg_amproc', 'pg_cast', 'pg_transform',
                        'pg_language', 'pg_am', 'pg_conversion', 'pg_ts_parser', 'pg_ts_template', 'pg_ts_dict',
                        'pg_ts_config']::regclass[]::oid[])
), link (catalogue, of, other, id, sub, above) AS (
    SELECT d.classid, d.objid, d.refclassid, d.refobjid, d.refobjsubid, false
    FROM pg_depend d JOIN catalogue c ON c.oid = d.classid
    WHERE d.deptype IN ('n', 'a', 'i') AND d.objid >= 16384
    UNION ALL
    SELECT d.refclassid, d.refobjid, d.classid, d.objid, d.objsubid, true
    FROM pg_depend d JOIN catalogue c ON c.oid = d.refclassid
    WHERE d.deptype IN ('n', 'a') AND d.refobjid >= 16384 AND d.classid NOT IN (SELECT oid FROM catalogue)
), relation (oid, kind, schema, name) AS (
    SELECT c.oid, CASE WHEN c.relkind IN ('v', 'm') THEN 'view' WHEN c.relkind = 'S' THEN 'sequence' ELSE 'table' END,
           n.nspname, c.relname
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S')
)
SELECT l.catalogue::regclass::text AS catalogue, l.of AS "of", l.above, o.kind, o.schema::text AS schema,
       o.on_table::text AS on_table, o.name::text AS name
FROM link l
CROSS JOIN LATERAL (
    SELECT l.other::regclass::text AS kind, '' AS schema, '' AS on_table, l.id::text AS name
    WHERE l.other IN (SELECT oid FROM catalogue)
    UNION ALL
    SELECT 'routine', n.nspname, '', p.proname || '(' || coalesce((
               SELECT string_agg(format_type(t, NULL), ', ' ORDER BY i)
               FROM unnest(p.proargtypes) WITH ORDINALITY AS g (t, i)), '') || ')'
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE l.other = 'pg_proc'::regclass AND p.oid = l.id
    UNION ALL
    SELECT 'type', n.nspname, '', e.typname
    FROM pg_type t
    JOIN pg_type e ON e.oid = CASE WHEN t.typcategory = 'A' AND t.typelem <> 0 THEN t.typelem ELSE t.oid END
    JOIN pg_namespace n ON n.oid = e.typnamespace
    WHERE l.other = 'pg_type'::regclass AND t.oid = l.id
    UNION ALL
    SELECT r.kind, r.schema, '', r.name FROM relation r WHERE l.other = 'pg_class'::regclass AND r.oid = l.id
    UNION ALL
    SELECT CASE WHEN k.oid IS NULL THEN 'index' ELSE 'constraint' END, r.schema, r.name, coalesce(k.conname, c.relname)
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN relation r ON r.oid = i.indrelid
    LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.conrelid = i.indrelid AND k.contype IN ('p', 'u', 'x')
    WHERE l.other = 'pg_class'::regclass AND i.indexrelid = l.id
    UNION ALL
    SELECT 'column', r.schema, r.name, a.attname
    FROM pg_attrdef f JOIN relation r ON r.oid = f.adrelid
    JOIN pg_attribute a ON a.attrelid = f.adrelid AND a.attnum = f.adnum
    WHERE l.other = 'pg_attrdef'::regclass AND f.oid = l.id
    UNION ALL
    SELECT 'constraint', coalesce(r.schema, n.nspname), coalesce(r.name, t.typname), k.conname
    FROM pg_constraint k LEFT JOIN relation r ON r.oid = k.conrelid
    LEFT JOIN pg_type t ON t.oid = k.contypid LEFT JOIN pg_namespace n ON n.oid = t.typnamespace
    WHERE l.other = 'pg_constraint'::regclass AND k.oid = l.id
    UNION ALL
    SELECT CASE WHEN w.rulename = '_RETURN' THEN 'view' ELSE 'rule' END, r.schema,
           CASE WHEN w.rulename = '_RETURN' THEN '' ELSE r.name END,
           CASE WHEN w.rulename = '_RETURN' THEN r.name ELSE w.rulename END
    FROM pg_rewrite w JOIN relation r ON r.oid = w.ev_class
    WHERE l.other = 'pg_rewrite'::regclass AND w.oid = l.id
    UNION ALL
    SELECT 'policy', r.schema, r.name, p.polname FROM pg_policy p JOIN relation r ON r.oid = p.polrelid
    WHERE l.other = 'pg_policy'::regclass AND p.oid = l.id
    UNION ALL
    SELECT 'trigger', r.schema, r.name, t.tgname FROM pg_trigger t JOIN relation r ON r.oid = t.tgrelid
    WHERE l.other = 'pg_trigger'::regclass AND t.oid = l.id AND NOT t.tgisinternal
    UNION ALL
    SELECT 'statistics', n.nspname, '', s.stxname FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace
    WHERE l.other = 'pg_statistic_ext'::regclass AND s.oid = l.id
) o
