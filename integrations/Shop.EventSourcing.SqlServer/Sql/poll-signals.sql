SELECT topic, value, changes FROM signals;
SELECT COUNT(*) FROM listeners WHERE id <> @me AND seen_at > DATEADD(second, -@absence, SYSUTCDATETIME());
