-- Labels that a provider puts on objects: what carries one would lose it when it is made anew.
SELECT 'object' AS kind, '' AS schema, '' AS on_table, l.objtype || ' ' || l.objname AS name,
       'a security label of ' || l.provider AS what
FROM pg_seclabels l
WHERE l.objtype NOT IN ('database', 'large object', 'role', 'subscription', 'tablespace')
