EXEC sp_rename @from, @to, N'OBJECT'
