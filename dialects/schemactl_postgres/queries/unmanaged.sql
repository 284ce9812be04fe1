-- What holds credentials, and so is never managed. `on_server` is what a user mapping keeps from going.
WITH found (catalogue, oid, name, what, on_server) AS (
    SELECT 'pg_subscription'::regclass, x.oid, x.subname::text, 'a subscription', NULL
    FROM pg_subscription x JOIN pg_database d ON d.oid = x.subdbid WHERE d.datname = current_database()
    UNION ALL
    SELECT 'pg_user_mapping'::regclass, x.umid, x.usename || ' ON ' || x.srvname, 'a user mapping', x.srvname::text
    FROM pg_user_mappings x   -- not the table: it holds passwords, and is not for everybody
)
SELECT f.name, f.what, f.on_server
FROM found f
WHERE NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = f.catalogue AND e.objid = f.oid AND e.deptype = 'e')
