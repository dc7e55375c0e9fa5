DECLARE @answer int;
EXEC @answer = sp_getapplock @Resource = N'shop_migration', @LockMode = N'Exclusive', @LockOwner = N'Session', @LockTimeout = 0;
SELECT @answer;
