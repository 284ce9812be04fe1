-- Triggers that users made, on tables and views. Those that a partition has from its parent go with the parent's.
SELECT t.oid,
       n.nspname::text AS schema,
       c.relname::text AS on_table,
       c.relkind IN ('v', 'm') AS on_view,
       t.tgname::text AS name,
       t.tgtype::int AS type,
       ARRAY(SELECT a.attname::text
             FROM unnest(t.tgattr) WITH ORDINALITY AS g (number, i)
             JOIN pg_attribute a ON a.attrelid = t.tgrelid AND a.attnum = g.number ORDER BY g.i) AS columns,
       t.tgoldtable::text AS old_table,
       t.tgnewtable::text AS new_table,
       CASE WHEN t.tgqual IS NOT NULL THEN pg_get_triggerdef(t.oid) END AS definition,
       fn.nspname::text AS function_schema,
       f.proname::text AS function_name,
       t.tgnargs::int AS argument_count,
       encode(t.tgargs, 'hex') AS arguments,
       t.tgconstraint <> 0 AS is_constraint,
       t.tgdeferrable AS deferrable,
       t.tginitdeferred AS initially_deferred,
       rn.nspname::text AS referenced_schema,
       r.relname::text AS referenced_table,
       t.tgenabled::text AS enabled,
       ARRAY(SELECT e.extname::text FROM pg_depend x JOIN pg_extension e ON e.oid = x.refobjid
             WHERE x.classid = 'pg_trigger'::regclass AND x.objid = t.oid AND x.deptype = 'x' ORDER BY e.extname) AS extensions,
       d.description AS comment
FROM pg_trigger t
JOIN pg_class c ON c.oid = t.tgrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_proc f ON f.oid = t.tgfoid
JOIN pg_namespace fn ON fn.oid = f.pronamespace
LEFT JOIN pg_class r ON r.oid = t.tgconstrrelid
LEFT JOIN pg_namespace rn ON rn.oid = r.relnamespace
LEFT JOIN pg_description d ON d.classoid = 'pg_trigger'::regclass AND d.objoid = t.oid AND d.objsubid = 0
WHERE NOT t.tgisinternal
  AND t.tgparentid = 0
  AND c.relnamespace = ANY (current_setting('schemactl.schemas')::oid[])
  AND NOT EXISTS (SELECT FROM pg_depend e
                  WHERE e.deptype = 'e'
                    AND (e.classid, e.objid) IN (('pg_class'::regclass, c.oid), ('pg_trigger'::regclass, t.oid)))
