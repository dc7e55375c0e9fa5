DELETE TOP (@limit) FROM inbox WITH (READPAST, ROWLOCK) WHERE handled_at < @before
