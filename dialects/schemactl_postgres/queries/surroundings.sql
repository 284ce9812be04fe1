-- Who asks, and whom; the roles that there are, and the extensions that could be; the names, in any schema, of functions
-- and operators of which none is volatile, and of those functions of which one is.
SELECT current_user::text AS role,
       session_user::text AS session_role,
       current_setting('server_version_num')::int / 10000 AS major,
       ARRAY(SELECT rolname::text FROM pg_roles) AS roles,
       ARRAY(SELECT name::text FROM pg_available_extensions) AS extensions,
       ARRAY(SELECT proname::text FROM pg_proc WHERE prokind IN ('f', 'w') GROUP BY proname HAVING bool_and(provolatile <> 'v')
             UNION ALL
             SELECT oprname::text FROM pg_operator JOIN pg_proc AS p ON p.oid = oprcode
             GROUP BY oprname HAVING bool_and(provolatile <> 'v')) AS steady,
       ARRAY(SELECT DISTINCT proname::text FROM pg_proc WHERE provolatile = 'v') AS volatile
