-- Constraints of tables, before 15: no column list of SET NULL.
SELECT k.conrelid AS relation,
       k.conname::text AS name,
       k.contype::text AS type,
       k.conindid AS index_oid,
       k.coninhcount > 0 OR k.conparentid <> 0 AS inherited,
       k.conislocal AS own,
       k.conkey::int[] AS columns,
       rn.nspname::text AS referenced_schema,
       r.relname::text AS referenced_table,
       CASE WHEN k.contype = 'f' THEN ARRAY(
            SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY u (attnum, place)
            JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.attnum ORDER BY u.place)
       END AS referenced_columns,
       k.confupdtype::text AS on_update,
       k.confdeltype::text AS on_delete,
       NULL::int[] AS on_delete_columns,
       k.confmatchtype::text AS match,
       k.condeferrable AS deferrable,
       k.condeferred AS initially_deferred,
       k.convalidated AS validated,
       true AS enforced,
       false AS temporal,
       k.connoinherit AS no_inherit,
       pg_get_expr(k.conbin, k.conrelid) AS expression,
       CASE WHEN k.contype = 'x' THEN ARRAY(
            SELECT CASE WHEN n.nspname = 'pg_catalog' THEN o.oprname::text
                        ELSE 'OPERATOR(' || quote_ident(n.nspname) || '.' || o.oprname || ')' END
            FROM unnest(k.conexclop) WITH ORDINALITY u (operator, place)
            JOIN pg_operator o ON o.oid = u.operator
            JOIN pg_namespace n ON n.oid = o.oprnamespace ORDER BY u.place)
       END AS operators,
       d.description AS comment
FROM pg_constraint k
JOIN pg_class c ON c.oid = k.conrelid
LEFT JOIN pg_class r ON r.oid = k.confrelid
LEFT JOIN pg_namespace rn ON rn.oid = r.relnamespace
LEFT JOIN pg_description d ON d.classoid = 'pg_constraint'::regclass AND d.objoid = k.oid AND d.objsubid = 0
WHERE c.relkind IN ('r', 'p', 'f')
  AND c.relnamespace = ANY (current_setting('schemactl.schemas')::oid[])
  -- not those that a foreign key to a partitioned table has to each of the partitions
  AND NOT EXISTS (SELECT FROM pg_constraint o
                  WHERE o.oid = k.conparentid AND (o.conrelid = k.conrelid OR o.confrelid <> k.confrelid))
  AND k.contype <> 't'
