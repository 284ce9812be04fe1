-- How far the building of an index is: the phase in the server's words, what is done, and of how much. While it waits or
-- sorts, the server leaves the counts of what went before.
SELECT phase,
       CASE WHEN tuples_total > 0 THEN tuples_done
            WHEN blocks_total > 0 THEN blocks_done ELSE 0 END,
       CASE WHEN phase LIKE 'waiting%%' OR phase LIKE '%%sorting%%' THEN 0
            WHEN tuples_total > 0 THEN tuples_total ELSE blocks_total END
FROM pg_stat_progress_create_index
WHERE pid = %s
