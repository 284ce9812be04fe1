-- The keys of partitioned tables, one row a part, in their order. `expressions` are all of the key's, with commas;
-- `definition` is the whole key, which alone tells whether an expression has a collation that is not its own.
SELECT k.partrelid AS relation,
       CASE k.partstrat WHEN 'r' THEN 'range' WHEN 'l' THEN 'list' WHEN 'h' THEN 'hash' END AS method,
       pg_get_partkeydef(k.partrelid) AS definition,
       a.attname::text AS column,
       pg_get_expr(k.partexprs, k.partrelid) AS expressions,
       ln.nspname::text AS collation_schema,
       l.collname::text AS collation_name,
       CASE WHEN NOT o.opcdefault THEN n.nspname::text END AS opclass_schema,
       CASE WHEN NOT o.opcdefault THEN o.opcname::text END AS opclass_name
FROM pg_partitioned_table k
JOIN pg_class c ON c.oid = k.partrelid
CROSS JOIN LATERAL unnest(k.partattrs::int2[], k.partclass::oid[], k.partcollation::oid[])
    WITH ORDINALITY p (attnum, opclass, coll, place)
LEFT JOIN pg_attribute a ON a.attrelid = k.partrelid AND a.attnum = p.attnum AND p.attnum <> 0
LEFT JOIN pg_collation l ON l.oid = p.coll AND l.oid IS DISTINCT FROM a.attcollation
LEFT JOIN pg_namespace ln ON ln.oid = l.collnamespace
JOIN pg_opclass o ON o.oid = p.opclass
JOIN pg_namespace n ON n.oid = o.opcnamespace
WHERE c.relnamespace = ANY (current_setting('schemactl.schemas')::oid[])
ORDER BY k.partrelid, p.place
