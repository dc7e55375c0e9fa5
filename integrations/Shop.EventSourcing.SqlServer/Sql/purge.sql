-- Empties what deleted, moved and overwritten rows have left on the pages of the database's files.
DECLARE @database sysname = DB_NAME();
EXEC sp_clean_db_free_space @database;
