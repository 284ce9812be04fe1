-- Foreign servers, which stand in no schema. `extension` is the one that brought the wrapper.
SELECT s.srvname::text AS name,
       w.fdwname::text AS wrapper,
       x.extname::text AS extension,
       s.srvtype AS type,
       s.srvversion AS version,
       s.srvoptions AS settings,
       d.description AS comment
FROM pg_foreign_server s
JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw
LEFT JOIN pg_depend b ON b.classid = 'pg_foreign_data_wrapper'::regclass AND b.objid = w.oid AND b.deptype = 'e'
LEFT JOIN pg_extension x ON x.oid = b.refobjid
LEFT JOIN pg_description d ON d.classoid = 'pg_foreign_server'::regclass AND d.objoid = s.oid
WHERE NOT EXISTS (SELECT FROM pg_depend e
                  WHERE e.classid = 'pg_foreign_server'::regclass AND e.objid = s.oid AND e.deptype = 'e')
