SELECT o.id FROM @ids i JOIN outbox o ON o.id = i.id
OPTION (LOOP JOIN)
