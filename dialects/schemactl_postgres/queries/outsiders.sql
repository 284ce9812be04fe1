-- What stands outside the schemas and rests on something within them, and what that is. `pins`: the server lets no column beneath
-- it change its type. What an extension brought is its own affair.
WITH scope AS (
    SELECT unnest(current_setting('schemactl.schemas')::oid[]) AS oid
), target AS (
    SELECT 'pg_class'::regclass AS classid, c.oid, c.relnamespace AS space, c.relname AS name, c.relkind
    FROM pg_class c JOIN scope s ON s.oid = c.relnamespace
    UNION ALL
    SELECT 'pg_type'::regclass, t.oid, t.typnamespace, e.typname, ''
    FROM pg_type t JOIN scope s ON s.oid = t.typnamespace
    JOIN pg_type e ON e.oid = CASE WHEN t.typcategory = 'A' AND t.typelem <> 0 THEN t.typelem ELSE t.oid END
    UNION ALL
    SELECT 'pg_proc'::regclass, p.oid, p.pronamespace, p.proname || '(' ||
           coalesce((SELECT string_agg(format_type(t, NULL), ', ' ORDER BY i)
                     FROM unnest(p.proargtypes) WITH ORDINALITY AS g (t, i)), '') || ')', ''
    FROM pg_proc p JOIN scope s ON s.oid = p.pronamespace
    UNION ALL
    SELECT 'pg_collation'::regclass, l.oid, l.collnamespace, l.collname, ''
    FROM pg_collation l JOIN scope s ON s.oid = l.collnamespace
    UNION ALL
    SELECT 'pg_constraint'::regclass, k.oid, k.connamespace, k.conname, ''
    FROM pg_constraint k JOIN scope s ON s.oid = k.connamespace
), edge AS (
    SELECT DISTINCT d.classid, d.objid, t.classid AS refclassid, t.oid AS refobjid, d.refobjsubid, t.space, t.name, t.relkind
    FROM target t
    JOIN pg_depend d ON d.refclassid = t.classid AND d.refobjid = t.oid AND d.deptype IN ('n', 'a')
    WHERE d.classid IN ('pg_class'::regclass, 'pg_type'::regclass, 'pg_proc'::regclass, 'pg_rewrite'::regclass,
                        'pg_constraint'::regclass, 'pg_attrdef'::regclass, 'pg_trigger'::regclass, 'pg_policy'::regclass)
      AND NOT EXISTS (SELECT FROM pg_depend x
                      WHERE x.classid = d.classid AND x.objid = d.objid AND x.deptype IN ('e', 'i') AND d.classid <> 'pg_rewrite'::regclass)
), placed AS (   -- where it stands: itself, or the relation that it is a part of
    SELECT e.*, r.ev_class AS relation, coalesce(c.relnamespace, p.pronamespace, y.typnamespace) AS home
    FROM edge e
    LEFT JOIN pg_rewrite r ON e.classid = 'pg_rewrite'::regclass AND r.oid = e.objid
    LEFT JOIN pg_constraint k ON e.classid = 'pg_constraint'::regclass AND k.oid = e.objid
    LEFT JOIN pg_attrdef f ON e.classid = 'pg_attrdef'::regclass AND f.oid = e.objid
    LEFT JOIN pg_trigger g ON e.classid = 'pg_trigger'::regclass AND g.oid = e.objid
    LEFT JOIN pg_policy o ON e.classid = 'pg_policy'::regclass AND o.oid = e.objid
    LEFT JOIN pg_proc p ON e.classid = 'pg_proc'::regclass AND p.oid = e.objid
    LEFT JOIN pg_type y ON y.oid = CASE WHEN e.classid = 'pg_type'::regclass THEN e.objid ELSE k.contypid END
    LEFT JOIN pg_class c ON c.oid = CASE WHEN e.classid = 'pg_class'::regclass THEN e.objid
                                         ELSE coalesce(r.ev_class, nullif(k.conrelid, 0), f.adrelid, g.tgrelid, o.polrelid) END
)
SELECT CASE WHEN p.relation IS NOT NULL THEN v.type || ' ' || v.identity ELSE i.type || ' ' || i.identity END AS what,
       p.classid IN ('pg_rewrite'::regclass, 'pg_proc'::regclass, 'pg_trigger'::regclass, 'pg_policy'::regclass) AS pins,
       CASE WHEN p.refobjsubid > 0 THEN 'column'
            WHEN p.refclassid = 'pg_type'::regclass THEN 'type'
            WHEN p.refclassid = 'pg_proc'::regclass THEN 'routine'
            WHEN p.refclassid = 'pg_collation'::regclass THEN 'collation'
            WHEN p.refclassid = 'pg_constraint'::regclass OR k.oid IS NOT NULL THEN 'constraint'
            WHEN p.relkind IN ('i', 'I') THEN 'index'
            WHEN p.relkind = 'S' THEN 'sequence'
            WHEN p.relkind IN ('v', 'm') THEN 'view'
            ELSE 'table' END AS kind,
       n.nspname::text AS schema,
       CASE WHEN p.refobjsubid > 0 THEN p.name::text
            ELSE coalesce((SELECT relname::text FROM pg_class o WHERE o.oid = coalesce(x.indrelid, q.conrelid)), '') END AS on_table,
       CASE WHEN p.refobjsubid > 0 THEN a.attname::text ELSE p.name::text END AS name
FROM placed p
JOIN pg_namespace n ON n.oid = p.space
LEFT JOIN pg_attribute a ON a.attrelid = p.refobjid AND a.attnum = p.refobjsubid AND p.refclassid = 'pg_class'::regclass
LEFT JOIN pg_index x ON x.indexrelid = p.refobjid AND p.refclassid = 'pg_class'::regclass
LEFT JOIN pg_constraint k ON k.conindid = p.refobjid AND p.refclassid = 'pg_class'::regclass AND k.contype IN ('p', 'u', 'x')
LEFT JOIN pg_constraint q ON q.oid = p.refobjid AND p.refclassid = 'pg_constraint'::regclass
CROSS JOIN LATERAL pg_identify_object(p.classid, p.objid, 0) i
LEFT JOIN LATERAL pg_identify_object('pg_class'::regclass, p.relation, 0) v ON true
WHERE p.home IS NOT NULL AND p.home NOT IN (SELECT oid FROM scope) AND p.home <> 'pg_toast'::regnamespace
ORDER BY what, kind, schema, on_table, name
