SELECT COUNT_BIG(*) FROM migrations WHERE finished_at IS NULL
