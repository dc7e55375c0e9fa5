-- One database and one login per service, of the same name; nobody else may connect. For sqlcmd, as the administrator; the passwords
-- come from its environment. It may be run again: what exists is kept, and passwords become those given.
:on error exit
GO
CREATE PROCEDURE #make_database @name sysname, @password nvarchar(128) AS
BEGIN
  SET NOCOUNT ON;
  DECLARE @database nvarchar(300) = QUOTENAME(@name);
  DECLARE @credential nvarchar(300) = QUOTENAME(@password, '''');
  DECLARE @statement nvarchar(max) =
    CASE WHEN SUSER_ID(@name) IS NULL THEN N'CREATE' ELSE N'ALTER' END + N' LOGIN ' + @database + N' WITH PASSWORD = ' + @credential + N', CHECK_POLICY = OFF';
  EXEC (@statement);

  IF DB_ID(@name) IS NULL
  BEGIN
    SET @statement = N'CREATE DATABASE ' + @database;
    EXEC (@statement);
  END;

  IF EXISTS (SELECT 1 FROM sys.databases WHERE name = @name AND is_read_committed_snapshot_on = 0)
  BEGIN
    SET @statement = N'ALTER DATABASE ' + @database + N' SET READ_COMMITTED_SNAPSHOT ON';
    EXEC (@statement);
  END;

  IF EXISTS (SELECT 1 FROM sys.databases WHERE name = @name AND snapshot_isolation_state = 0)
  BEGIN
    SET @statement = N'ALTER DATABASE ' + @database + N' SET ALLOW_SNAPSHOT_ISOLATION ON';
    EXEC (@statement);
  END;

  SET @statement = N'ALTER AUTHORIZATION ON DATABASE::' + @database + N' TO ' + @database;
  EXEC (@statement);
END;
GO
EXEC #make_database N'shop_order', N'$(SHOP_ORDER_DB_PASSWORD)';
EXEC #make_database N'shop_inventory', N'$(SHOP_INVENTORY_DB_PASSWORD)';
EXEC #make_database N'shop_payment', N'$(SHOP_PAYMENT_DB_PASSWORD)';
EXEC #make_database N'shop_saga', N'$(SHOP_SAGA_DB_PASSWORD)';
EXEC #make_database N'shop_accounts', N'$(SHOP_ACCOUNTS_DB_PASSWORD)';
DROP PROCEDURE #make_database;
