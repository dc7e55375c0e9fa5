INSERT INTO events (position, stream_id, version, event_id, type, data, metadata, recorded_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8);
