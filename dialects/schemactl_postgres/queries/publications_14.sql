-- Publications, which stand in no schema.
SELECT p.pubname::text AS name,
       p.puballtables AS all_tables,
       '{}'::text[] AS schemas,
       array_remove(array[CASE WHEN p.pubinsert THEN 'insert' END, CASE WHEN p.pubupdate THEN 'update' END,
                          CASE WHEN p.pubdelete THEN 'delete' END, CASE WHEN p.pubtruncate THEN 'truncate' END],
                    NULL) AS publish,
       p.pubviaroot AS via_partition_root,
       coalesce(to_jsonb(p) ->> 'pubgencols', 'n') AS generated_columns,   -- from 18 on
       d.description AS comment
FROM pg_publication p
LEFT JOIN pg_description d ON d.classoid = 'pg_publication'::regclass AND d.objoid = p.oid
WHERE NOT EXISTS (SELECT FROM pg_depend e
                  WHERE e.classid = 'pg_publication'::regclass AND e.objid = p.oid AND e.deptype = 'e')
