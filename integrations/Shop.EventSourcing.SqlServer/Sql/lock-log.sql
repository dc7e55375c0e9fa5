UPDATE log_head WITH (UPDLOCK, HOLDLOCK) SET position = position WHERE id = 1;
SELECT position FROM log_head WHERE id = 1;
