namespace Shop.EventSourcing.Storage.Sqlite;

/// <summary>Applies numbered scripts, each once, while nobody else can.</summary>
internal static class SqliteSchema
{
    public static void Upgrade(string path, IEnumerable<SchemaScript> scripts)
    {
        using var database = new SqliteHandle(path, readOnly: false);
        database.Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; BEGIN EXCLUSIVE");
        database.Execute("CREATE TABLE IF NOT EXISTS schema_scripts (name TEXT NOT NULL PRIMARY KEY, applied_at TEXT NOT NULL DEFAULT (datetime('now')))");
        var add = database.Prepare("INSERT INTO schema_scripts (name) VALUES (?1) ON CONFLICT DO NOTHING");
        foreach (var (name, sql) in scripts)
        {
            add.Bind(1, name);
            add.Run();
            if (database.Changes > 0)
                database.Execute(sql);
        }

        database.Execute("COMMIT");
    }
}
