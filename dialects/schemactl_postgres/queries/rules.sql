-- Rules, but those that make a view. `refused` says what the model cannot hold.
SELECT w.ev_class AS relation,
       n.nspname::text AS schema,
       c.relname::text AS on_table,
       w.rulename::text AS name,
       CASE w.ev_type WHEN '2' THEN 'UPDATE' WHEN '3' THEN 'INSERT' WHEN '4' THEN 'DELETE' ELSE 'SELECT' END AS event,
       c.relkind = 'v' AS on_view,
       pg_get_ruledef(w.oid) AS definition,
       w.ev_enabled::text AS enabled,
       CASE WHEN w.ev_type = '1' THEN 'a rule ON SELECT' END AS refused,
       d.description AS comment
FROM pg_rewrite w
JOIN pg_class c ON c.oid = w.ev_class
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_description d ON d.classoid = 'pg_rewrite'::regclass AND d.objoid = w.oid AND d.objsubid = 0
WHERE w.rulename <> '_RETURN'
  AND c.relnamespace = ANY (current_setting('schemactl.schemas')::oid[])
  AND NOT EXISTS (SELECT FROM pg_depend e
                  WHERE e.deptype = 'e' AND (e.classid = 'pg_rewrite'::regclass AND e.objid = w.oid
                                             OR e.classid = 'pg_class'::regclass AND e.objid = c.oid))
