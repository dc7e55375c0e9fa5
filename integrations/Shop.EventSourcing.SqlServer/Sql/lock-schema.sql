SET LOCK_TIMEOUT 5000;
DECLARE @answer int;
EXEC @answer = sp_getapplock @Resource = N'shop_schema', @LockMode = N'Exclusive', @LockOwner = N'Transaction', @LockTimeout = 5000;
SELECT @answer;
