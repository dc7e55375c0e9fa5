using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Shop.Host.Tests.Migration;

/// <summary>The accounts of a data folder and of a database, as one line each.</summary>
internal static class AccountRows
{
    private static readonly (string Table, string Columns)[] Tables =
    [
        ("accounts", "id, user_name, normalized_user_name, email, normalized_email, email_confirmed, password_hash, security_stamp, concurrency_stamp, phone_number, "
            + "phone_number_confirmed, two_factor_enabled, lockout_end, lockout_enabled, access_failed_count, display_name, role"),
        ("account_claims", "id, user_id, claim_type, claim_value"),
        ("account_logins", "login_provider, provider_key, provider_display_name, user_id"),
        ("account_tokens", "user_id, login_provider, name, value"),
    ];

    /// <summary>Adds accounts with everything that one can have.</summary>
    public static async Task FillAsync(string data, int count)
    {
        await EmbeddedAccounts.CreateAsync(data, CancellationToken.None);
        await using var connection = Embedded(data);
        await connection.OpenAsync();
        await using var fill = connection.CreateCommand();
        fill.CommandText =
            $"""
             CREATE TEMPORARY TABLE numbers AS WITH RECURSIVE series(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < {count}) SELECT n FROM series;
             INSERT INTO accounts
             SELECT 'id-' || n, 'ann-' || n, 'ANN-' || n, 'ann-' || n, 'ANN-' || n, n % 2, 'hash-' || n, 'stamp-' || n, 'other-' || n, NULL, 0, 0,
                    CASE WHEN n % 3 = 0 THEN '2026-11-24 19:40:44.' || substr('0000000' || n, -7) || '+00:00' END, 1, n % 5, 'Änne ' || n, CASE WHEN n % 7 = 0 THEN 'operator' ELSE 'customer' END
             FROM numbers;
             INSERT INTO account_claims (user_id, claim_type, claim_value) SELECT 'id-' || n, 'nick', 'A' || n FROM numbers WHERE n % 2 = 0;
             INSERT INTO account_logins SELECT 'other', 'key-' || n, 'Other', 'id-' || n FROM numbers WHERE n % 3 = 0;
             INSERT INTO account_tokens SELECT 'id-' || n, 'other', 'refresh', 'token-' || n FROM numbers WHERE n % 5 = 0;
             """;
        await fill.ExecuteNonQueryAsync();
    }

    public static Task<string[]> OfFolderAsync(string data) => ReadAsync(() => Embedded(data));

    public static Task<string[]> OfAsync(TargetDatabases databases) => ReadAsync(() => new NpgsqlConnection(databases.Environment["ConnectionStrings__accounts"] + ";Pooling=false"));

    public static async Task<string[]> ReadAsync(Func<DbConnection> connect)
    {
        await using var connection = connect();
        await connection.OpenAsync();
        var rows = new List<string>();
        foreach (var (table, columns) in Tables)
        {
            await using var read = connection.CreateCommand();
            read.CommandText = $"SELECT {columns} FROM {table}";
            await using var reader = await read.ExecuteReaderAsync();
            while (await reader.ReadAsync())
                rows.Add($"{table}: {string.Join(" | ", Enumerable.Range(0, reader.FieldCount).Select(column => Text(reader.GetName(column), reader.GetValue(column))))}");
        }

        rows.Sort(StringComparer.Ordinal);
        return [.. rows];
    }

    private static SqliteConnection Embedded(string data) => new($"Data Source={EmbeddedAccounts.FileOf(data)};Pooling=false");

    /// <summary>Servers keep microseconds of what EF Core wrote with a digit more.</summary>
    private static string Text(string column, object value) => (column, value) switch
    {
        (_, DBNull) => "null",
        ("lockout_end", string text) => Text(DateTimeOffset.Parse(text, CultureInfo.InvariantCulture).UtcDateTime),
        ("lockout_end", DateTime instant) => Text(instant),
        ("lockout_end", DateTimeOffset instant) => Text(instant.UtcDateTime),
        (_, bool truth) => truth ? "1" : "0",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static string Text(DateTime instant) => instant.ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture);
}
