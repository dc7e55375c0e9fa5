SELECT position FROM log_head WHERE id = 1
