SELECT TOP (1) position FROM events WHERE recorded_at <= @instant ORDER BY position DESC
