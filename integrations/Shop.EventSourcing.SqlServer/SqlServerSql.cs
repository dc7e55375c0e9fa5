using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Data.SqlClient;
using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.SqlServer;

/// <summary>Statements of a transaction, whose parameters are <c>$1</c>, <c>$2</c>, …</summary>
internal sealed partial class SqlServerSql(SqlConnection connection, SqlTransaction? transaction, CancellationToken cancellationToken) : ISql
{
    public Task<int> ExecuteAsync(string sql, params object?[] values) => RunAsync(sql, Numbered(values));

    public async Task QueryAsync(string sql, Action<ISqlRow> row, params object?[] values)
    {
        await using var command = Command(sql, Numbered(values));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var current = new Row(reader);
        while (await reader.ReadAsync(cancellationToken))
            row(current);
    }

    public async Task<int> RunAsync(string sql, params (string Name, object? Value)[] values)
    {
        await using var command = Command(sql, values);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task CallAsync(IEnumerable<(string Procedure, RowSet Rows)> calls)
    {
        await using var command = Command("", []);
        var text = new StringBuilder("DECLARE @outcomes varchar(1) = '0';\n");
        GroupBatch.AppendCalls(text, command, calls, "@outcomes");
        command.CommandText = text.ToString();
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static (string, object?)[] Numbered(object?[] values) =>
        [.. values.Select((value, index) => (string.Create(CultureInfo.InvariantCulture, $"@p{index + 1}"), value))];

    private SqlCommand Command(string sql, (string Name, object? Value)[] values)
    {
        var command = new SqlCommand(Placeholder().Replace(sql, "@p$1"), connection, transaction);
        foreach (var (name, value) in values)
            command.Parameters.Add(SqlValues.Of(name, value));
        return command;
    }

    [GeneratedRegex(@"\$(\d+)")]
    private static partial Regex Placeholder();

    private sealed class Row(SqlDataReader reader) : ISqlRow
    {
        public string? Text(int column) => reader.GetOrNull<string>(column);

        public long? Number(int column) => reader.IsDBNull(column) ? null : Convert.ToInt64(reader.GetValue(column), CultureInfo.InvariantCulture);

        public DateTimeOffset? Instant(int column) => reader.IsDBNull(column) ? null : reader.GetInstant(column);

        public bool? Flag(int column) => reader.IsDBNull(column) ? null : reader.GetBoolean(column);

        public Guid? Id(int column) => reader.IsDBNull(column) ? null : reader.GetGuid(column);
    }
}
