UPDATE outbox SET claimed_until = NULL WHERE claimed_until IS NOT NULL
