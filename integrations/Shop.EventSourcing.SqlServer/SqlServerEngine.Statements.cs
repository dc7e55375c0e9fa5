using System.Collections.Concurrent;
using System.Text;
using Microsoft.Data.SqlClient;

namespace Shop.EventSourcing.SqlServer;

/// <content>How statements are run.</content>
public sealed partial class SqlServerEngine
{
    private static readonly ConcurrentDictionary<string, string> Statements = new(StringComparer.Ordinal);

    private static SqlCommand Command(SqlConnection connection, SqlTransaction? transaction, string operation, (string Name, object? Value)[] values)
    {
        var command = new SqlCommand(Statements.GetOrAdd(operation, EmbeddedSql.Read), connection, transaction);
        foreach (var (name, value) in values)
            command.Parameters.Add(SqlValues.Of(name, value));
        return command;
    }

    /// <summary>Reads once more when the connection was broken: the pool may remember connections of before a restart of the server.</summary>
    private async Task<List<T>> QueryAsync<T>(
        string operation, Func<SqlDataReader, T> read, CancellationToken cancellationToken, params (string Name, object? Value)[] values)
    {
        try
        {
            return await QueryOnceAsync(operation, read, values, cancellationToken);
        }
        catch (SqlException broken) when (SqlServerFailures.IsBroken(broken))
        {
            return await QueryOnceAsync(operation, read, values, cancellationToken);
        }
    }

    private async Task<List<T>> QueryOnceAsync<T>(
        string operation, Func<SqlDataReader, T> read, (string Name, object? Value)[] values, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenAsync(cancellationToken);
        return await QueryAsync(connection, null, operation, read, values, cancellationToken);
    }

    private static async Task<List<T>> QueryAsync<T>(
        SqlConnection connection, SqlTransaction? transaction, string operation, Func<SqlDataReader, T> read, (string Name, object? Value)[] values,
        CancellationToken cancellationToken)
    {
        await using var command = Command(connection, transaction, operation, values);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
            rows.Add(read(reader));

        // Errors behind the rows come only with this.
        await reader.NextResultAsync(cancellationToken);
        return rows;
    }

    private async Task<long> NumberAsync(string operation, CancellationToken cancellationToken, params (string Name, object? Value)[] values) =>
        await QueryAsync(operation, row => row.GetInt64(0), cancellationToken, values) is [var number, ..] ? number : 0;

    private async Task<int> ExecuteAsync(string operation, CancellationToken cancellationToken, params (string Name, object? Value)[] values)
    {
        await using var connection = await source.OpenAsync(cancellationToken);
        await using var command = Command(connection, null, operation, values);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Calls a procedure that says whether it did what it was asked for, and then writes rows if so; all in one transaction.</summary>
    /// <param name="call">The procedure and its arguments, but the last one, which is its answer.</param>
    private async Task<bool> CallAsync(
        string call, IEnumerable<(string Procedure, RowSet Rows)> rows, (string Name, object? Value)[] values, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        var text = new StringBuilder("SET NOCOUNT ON; SET XACT_ABORT ON; BEGIN TRANSACTION; DECLARE @done bit;\n");
        GroupBatch.AppendValues(text, command, values);
        text.Append("EXEC ").Append(call).Append(", @done OUTPUT;\nIF @done = 1\nBEGIN\nDECLARE @outcomes varchar(1) = '0';\n");
        GroupBatch.AppendCalls(text, command, rows, "@outcomes");
        command.CommandText = text.Append("END;\nCOMMIT TRANSACTION;\nSELECT @done;").ToString();
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
