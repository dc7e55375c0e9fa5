IF OBJECT_ID(N'moved_here') IS NULL
  CREATE TABLE moved_here (source nvarchar(max) NOT NULL, digest nvarchar(max) NOT NULL, moved_at datetime2(6) NOT NULL);
