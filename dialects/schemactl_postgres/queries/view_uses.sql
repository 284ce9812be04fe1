-- What the query of each view, and each rule, rests on, as the server has noted it: relations and their columns, routines, types,
-- keys that a GROUP BY relies on, sequences, collations. Objects of the server itself are not noted.
SELECT DISTINCT w.ev_class AS relation, w.rulename::text AS rule, u.kind, u.schema::text, u.on_table::text, u.name::text
FROM pg_rewrite w
JOIN pg_class v ON v.oid = w.ev_class
JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.deptype = 'n'
CROSS JOIN LATERAL (
    SELECT CASE WHEN c.relkind IN ('v', 'm') THEN 'view' WHEN c.relkind = 'S' THEN 'sequence' ELSE 'table' END AS kind,
           n.nspname AS schema, '' AS on_table, c.relname::text AS name
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE d.refclassid = 'pg_class'::regclass AND c.oid = d.refobjid
    UNION ALL
    SELECT 'column', n.nspname, c.relname, a.attname
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE d.refclassid = 'pg_class'::regclass AND c.oid = d.refobjid AND a.attnum = d.refobjsubid AND d.refobjsubid > 0
    UNION ALL
    SELECT 'routine', n.nspname, '', p.proname || '(' || oidvectortypes(p.proargtypes) || ')'
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE d.refclassid = 'pg_proc'::regclass AND p.oid = d.refobjid
    UNION ALL
    SELECT 'type', n.nspname, '', t.typname
    FROM pg_type y
    JOIN pg_type t ON t.oid = CASE WHEN y.typcategory = 'A' AND y.typelem <> 0 THEN y.typelem ELSE y.oid END
    JOIN pg_namespace n ON n.oid = t.typnamespace
    WHERE d.refclassid = 'pg_type'::regclass AND y.oid = d.refobjid
    UNION ALL
    SELECT 'constraint', n.nspname, c.relname, k.conname
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE d.refclassid = 'pg_constraint'::regclass AND k.oid = d.refobjid
    UNION ALL
    SELECT 'collation', n.nspname, '', l.collname
    FROM pg_collation l JOIN pg_namespace n ON n.oid = l.collnamespace
    WHERE d.refclassid = 'pg_collation'::regclass AND l.oid = d.refobjid
) u
WHERE v.relnamespace = ANY (current_setting('schemactl.schemas')::oid[])
  AND NOT (u.kind IN ('table', 'view') AND d.refobjid = w.ev_class)
ORDER BY relation, rule, kind, schema, on_table, name
