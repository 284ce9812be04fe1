-- Keys and included columns of all those indexes, in their order.
-- An operator class is the default where the server would not print it: it is the default for the very type; or the
-- type has none, and this is the default of the preferred type, or of the only one, that it is coerced to as it stands.
-- For an expression in an index that stores another type than the expression's, the latter cannot be told: any default
-- counts. With parameters the class has to be named in SQL, so it always is here.
SELECT i.indexrelid AS index_oid,
       p.attnum > i.indnkeyatts AS included,
       a.attname::text AS column,
       CASE WHEN i.indkey[p.attnum - 1] = 0 THEN pg_get_indexdef(i.indexrelid, p.attnum, false) END AS expression,
       ln.nspname::text AS collation_schema,
       l.collname::text AS collation_name,
       CASE WHEN NOT o.is_default OR p.attoptions IS NOT NULL THEN o.nspname::text END AS opclass_schema,
       CASE WHEN NOT o.is_default OR p.attoptions IS NOT NULL THEN o.opcname::text END AS opclass_name,
       p.attoptions AS opclass_parameters,
       coalesce(i.indoption[p.attnum - 1] & 1, 0) = 1 AS descending,
       coalesce(i.indoption[p.attnum - 1] & 2, 0) = 2 AS nulls_first,
       nullif(p.attstattarget, -1)::int AS statistics
FROM pg_index i
JOIN pg_class t ON t.oid = i.indrelid
JOIN pg_attribute p ON p.attrelid = i.indexrelid
LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[p.attnum - 1] AND a.attnum <> 0
LEFT JOIN pg_collation l ON p.attnum <= i.indnkeyatts AND l.oid = i.indcollation[p.attnum - 1]
                        AND l.oid IS DISTINCT FROM a.attcollation
LEFT JOIN pg_namespace ln ON ln.oid = l.collnamespace
JOIN pg_type y ON y.oid = coalesce(a.atttypid, p.atttypid)
LEFT JOIN LATERAL (
    SELECT c.opcname,
           n.nspname,
           c.opcdefault AND (
               c.opcintype = b.base
               OR (a.attnum IS NULL AND c.opckeytype <> 0)
               OR (NOT EXISTS (SELECT FROM pg_opclass x
                               WHERE x.opcmethod = c.opcmethod AND x.opcintype = b.base AND x.opcdefault)
                   AND (u.typispreferred
                        OR NOT EXISTS (SELECT FROM pg_cast k
                                       JOIN pg_opclass x ON x.opcintype = k.casttarget
                                       WHERE k.castsource = b.base AND k.castmethod = 'b' AND k.castcontext = 'i'
                                         AND x.opcmethod = c.opcmethod AND x.opcdefault AND x.oid <> c.oid)))
           ) AS is_default
    FROM pg_opclass c
    JOIN pg_namespace n ON n.oid = c.opcnamespace
    JOIN pg_type u ON u.oid = c.opcintype
    CROSS JOIN (SELECT CASE y.typtype WHEN 'd' THEN y.typbasetype ELSE y.oid END) b (base)
    WHERE p.attnum <= i.indnkeyatts AND c.oid = i.indclass[p.attnum - 1]
) o ON true
WHERE t.relkind IN ('m', 'p', 'r')
  AND t.relnamespace = ANY (current_setting('schemactl.schemas')::oid[])
ORDER BY i.indexrelid, p.attnum
