INSERT INTO schema_scripts (name) VALUES (@name)
