-- Who asks, and whom.
SELECT current_user::text AS role,
       session_user::text AS session_role,
       current_setting('server_version_num')::int / 10000 AS major
