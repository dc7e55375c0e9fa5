UPDATE o SET claimed_until = NULL FROM @ids i JOIN outbox o ON o.id = i.id
OPTION (LOOP JOIN)
