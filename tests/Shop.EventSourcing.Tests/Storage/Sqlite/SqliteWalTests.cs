using System.Globalization;
using Microsoft.Data.Sqlite;
using Shop.EventSourcing.Storage.Sqlite;

namespace Shop.EventSourcing.Tests.Storage.Sqlite;

/// <summary>What the store's file layer gathers is in the file whenever it must be.</summary>
public sealed class SqliteWalTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("shop-wal-").FullName;

    // The file layer is registered with the first connection of the engine.
    public SqliteWalTests() => new SqliteHandle(Path.Combine(folder, "first.db"), readOnly: false).Dispose();

    private string DatabasePath => Path.Combine(folder, "store.db");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_commit_of_many_pages_is_written_at_once()
    {
        using var connection = Open(DatabasePath);
        Run(connection, "CREATE TABLE things (id INTEGER PRIMARY KEY, data BLOB NOT NULL)");
        Run(connection, "INSERT INTO things (data) VALUES (x'00')");
        var before = WritesOfThisThread();

        Run(connection, $"INSERT INTO things (data) SELECT randomblob(3000) FROM {Numbers(25)}");

        PagesInLog().ShouldBeGreaterThan(25);
        (WritesOfThisThread() - before).ShouldBeLessThan(5);
    }

    [Theory]
    [InlineData("FULL")]
    [InlineData("NORMAL")]
    [InlineData("OFF")]
    public void Whatever_a_crash_finds_in_the_files_is_what_was_committed(string synchronous)
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        using var connection = Open(DatabasePath);
        // A cache of a few pages: long transactions write to the log before they commit, and read back from it.
        Run(connection, $"PRAGMA synchronous = {synchronous}; PRAGMA cache_size = 8; PRAGMA wal_autocheckpoint = 60;");
        Run(connection, "CREATE TABLE things (id INTEGER PRIMARY KEY, size INTEGER NOT NULL, data BLOB NOT NULL)");
        using var reader = Open(DatabasePath);
        var committed = new Dictionary<long, long>();

        for (var transaction = 0; transaction < 120; transaction++)
        {
            var things = new Dictionary<long, long>(committed);
            Run(connection, "BEGIN IMMEDIATE");
            for (var write = random.Next(1, 40); write > 0; write--)
                Change(connection, things, random);
            Contents(reader).ShouldBe(committed, ignoreOrder: true, $"seed {seed}, before the end of transaction {transaction}");
            var rollsBack = random.Next(5) == 0;
            Run(connection, rollsBack ? "ROLLBACK" : "COMMIT");
            if (!rollsBack)
                committed = things;

            Contents(reader).ShouldBe(committed, ignoreOrder: true, $"seed {seed}, transaction {transaction}");
            if (transaction % 10 == 0)
                AfterCrash().ShouldBe(committed, ignoreOrder: true, $"seed {seed}, after a crash behind transaction {transaction}");
        }

        Text(connection, "PRAGMA integrity_check").ShouldBe("ok");
    }

    private static void Change(SqliteConnection connection, Dictionary<long, long> things, Random random)
    {
        long id = random.Next(200);
        long size = random.Next(6_000);
        if (random.Next(4) == 0)
        {
            Run(connection, $"DELETE FROM things WHERE id = {id}");
            things.Remove(id);
        }
        else
        {
            Run(connection, $"INSERT OR REPLACE INTO things (id, size, data) VALUES ({id}, {size}, randomblob({size}))");
            things[id] = size;
        }
    }

    /// <summary>The files as they are while the connections are open, opened by somebody else.</summary>
    private Dictionary<long, long> AfterCrash()
    {
        var copy = Path.Combine(folder, "copy.db");
        File.Delete(copy + "-shm");
        File.Copy(DatabasePath, copy, overwrite: true);
        File.Copy(DatabasePath + "-wal", copy + "-wal", overwrite: true);
        using var connection = Open(copy);
        Text(connection, "PRAGMA integrity_check").ShouldBe("ok");
        return Contents(connection);
    }

    private static Dictionary<long, long> Contents(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT id, size, length(data) FROM things";
        using var rows = command.ExecuteReader();
        var contents = new Dictionary<long, long>();
        while (rows.Read())
        {
            contents.Add(rows.GetInt64(0), rows.GetInt64(1));
            rows.GetInt64(2).ShouldBe(rows.GetInt64(1));
        }

        return contents;
    }

    private static SqliteConnection Open(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ConnectionString);
        connection.Open();
        Run(connection, "PRAGMA journal_mode = WAL");
        return connection;
    }

    private static void Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static string Text(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (string)command.ExecuteScalar()!;
    }

    private static string Numbers(int count) => $"(WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < {count}) SELECT i FROM n)";

    private long PagesInLog() => new FileInfo(DatabasePath + "-wal").Length / 4_120;

    private static long WritesOfThisThread() => long.Parse(
        File.ReadLines("/proc/thread-self/io").Single(line => line.StartsWith("syscw:", StringComparison.Ordinal)).Split(' ')[1], CultureInfo.InvariantCulture);
}
