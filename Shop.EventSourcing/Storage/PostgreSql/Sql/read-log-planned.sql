SELECT position, stream, version, event_id, type, data, metadata, recorded_at FROM read_log($1, $2)
