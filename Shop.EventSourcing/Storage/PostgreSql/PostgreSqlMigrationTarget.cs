using System.Data.Common;
using Npgsql;
using NpgsqlTypes;
using Shop.EventSourcing.Storage.Migration;

namespace Shop.EventSourcing.Storage.PostgreSql;

/// <summary>A PostgreSQL database that is moved to.</summary>
public sealed class PostgreSqlMigrationTarget : MigrationTarget
{
    // Any number that nothing else in the database locks.
    private const long MigrationLock = 0x4D6F7665;

    private readonly string connectionString;

    /// <param name="connectionString">Npgsql's.</param>
    /// <exception cref="ArgumentException">It cannot be understood.</exception>
    public PostgreSqlMigrationTarget(string connectionString)
    {
        this.connectionString = connectionString;
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        Location = $"PostgreSQL database {settings.Database} at {settings.Host}:{settings.Port} as {settings.Username}";
    }

    public override string Location { get; }

    public override string NewDatabase => "such as with deploy/postgres/databases.sql";

    protected override string ColumnsSql =>
        "SELECT column_name::text, udt_name::text FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = @table";

    protected override string CreateMovedHereSql =>
        "CREATE TABLE IF NOT EXISTS moved_here (source text NOT NULL, digest text NOT NULL, moved_at timestamptz NOT NULL)";

    protected override string ReferencesSql =>
        "SELECT conrelid::regclass::text, confrelid::regclass::text FROM pg_constraint WHERE contype = 'f' AND conrelid <> confrelid";

    public override MovedType? TypeOf(string table, string column, string type) => type switch
    {
        "int8" => MovedType.Number,
        "int4" => MovedType.SmallNumber,
        "bool" => MovedType.Truth,
        "text" => MovedType.Text,
        "bytea" => MovedType.Bytes,
        "uuid" => MovedType.Id,
        "timestamptz" => MovedType.Instant,
        "float8" => MovedType.Fraction,
        _ => null,
    };

    public override Task CreateLikeAsync(string table, string model, CancellationToken cancellationToken) =>
        ExecuteAsync($"CREATE TABLE \"{table}\" (LIKE \"{model}\" INCLUDING ALL)", cancellationToken);

    protected override IStorageEngine OpenStore(IReadOnlyList<Table> tables) => new PostgreSqlEngine(connectionString, tables) { IsBeingMigrated = true };

    protected override DbConnection NewConnection() => new NpgsqlConnection(
        new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, CommandTimeout = 0, ApplicationName = "shop migrate" }.ConnectionString);

    protected override async Task<bool> TryLockAsync(CancellationToken cancellationToken) =>
        await NumberAsync($"SELECT pg_try_advisory_lock({MigrationLock})::int", cancellationToken) == 1;

    protected override Task LockAsync(IReadOnlyList<MovedTable> tables, CancellationToken cancellationToken) =>
        ExecuteAsync($"LOCK TABLE {string.Join(", ", tables.Select(table => $"\"{table.Name}\""))} IN EXCLUSIVE MODE", cancellationToken);

    protected override async Task CopyAsync(MovedTable table, IEnumerable<object?[]> rows, CancellationToken cancellationToken)
    {
        await using var importer = await ((NpgsqlConnection)Connection).BeginBinaryImportAsync(
            $"COPY \"{table.Name}\" ({table.ColumnList}) FROM STDIN (FORMAT BINARY)", cancellationToken);
        foreach (var row in rows)
        {
            cancellationToken.ThrowIfCancellationRequested();
            importer.StartRow();
            foreach (var value in row)
                Write(importer, value);
        }

        await importer.CompleteAsync(cancellationToken);
    }

    protected override async Task ContinueNumbersAsync(MovedTable table, CancellationToken cancellationToken)
    {
        foreach (var column in table.Columns.Where(column => column.Type is MovedType.SmallNumber or MovedType.Number))
        {
            await ExecuteAsync(
                $"""
                 SELECT setval(sequence, (SELECT max("{column.Name}") FROM "{table.Name}"))
                 FROM pg_get_serial_sequence('"{table.Name}"', '{column.Name}') sequence
                 WHERE sequence IS NOT NULL AND EXISTS (SELECT FROM "{table.Name}")
                 """,
                cancellationToken);
        }
    }

    protected override Task SettleAsync(CancellationToken cancellationToken) => ExecuteAsync("ANALYZE", cancellationToken);

    private static void Write(NpgsqlBinaryImporter importer, object? value)
    {
        switch (value)
        {
            case null: importer.WriteNull(); break;
            case long number: importer.Write(number, NpgsqlDbType.Bigint); break;
            case int number: importer.Write(number, NpgsqlDbType.Integer); break;
            case bool truth: importer.Write(truth, NpgsqlDbType.Boolean); break;
            case string text: importer.Write(text, NpgsqlDbType.Text); break;
            case byte[] bytes: importer.Write(bytes, NpgsqlDbType.Bytea); break;
            case Guid id: importer.Write(id, NpgsqlDbType.Uuid); break;
            case DateTime instant: importer.Write(instant, NpgsqlDbType.TimestampTz); break;
            case double number: importer.Write(number, NpgsqlDbType.Double); break;
            default: throw new NotSupportedException($"A {value.GetType().Name} cannot be written.");
        }
    }
}
