-- The name of the database is in the lock's, as one server may take several databases at a time.
DECLARE @answer int;
DECLARE @resource nvarchar(255) = CONCAT(N'shop_migration ', DB_NAME());
EXEC @answer = sp_getapplock @Resource = @resource, @LockMode = N'Exclusive', @LockOwner = N'Session', @LockTimeout = 0;
SELECT @answer;
