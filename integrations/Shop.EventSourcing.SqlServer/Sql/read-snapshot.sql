SELECT stream, version, shape, state, taken_at FROM snapshots WHERE stream = @stream
