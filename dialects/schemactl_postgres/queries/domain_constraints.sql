-- Constraints of domains; NOT NULL is one from 17 on.
SELECT k.contypid AS domain,
       k.conname::text AS name,
       k.contype::text AS type,
       k.convalidated AS validated,
       pg_get_expr(k.conbin, 0) AS expression,
       d.description AS comment
FROM pg_constraint k
JOIN pg_type t ON t.oid = k.contypid
LEFT JOIN pg_description d ON d.classoid = 'pg_constraint'::regclass AND d.objoid = k.oid AND d.objsubid = 0
WHERE t.typnamespace = ANY (current_setting('schemactl.schemas')::oid[])
ORDER BY k.contypid, k.conname
