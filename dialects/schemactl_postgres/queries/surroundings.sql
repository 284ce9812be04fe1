-- Who asks, and whom; the roles that there are, and the extensions that could be.
SELECT current_user::text AS role,
       session_user::text AS session_role,
       current_setting('server_version_num')::int / 10000 AS major,
       ARRAY(SELECT rolname::text FROM pg_roles) AS roles,
       ARRAY(SELECT name::text FROM pg_available_extensions) AS extensions
