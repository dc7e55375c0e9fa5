using System.Data;
using Microsoft.Data.SqlClient;
using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.SqlServer;

/// <summary>Values on their way to the server and back: always of the same types, so that the server knows its plans again.</summary>
internal static class SqlValues
{
    /// <summary>Bytes and strings beyond this are sent as <c>max</c>.</summary>
    private const int MostCharacters = 4_000;
    private const byte Microseconds = 6;

    /// <summary>Later than any event.</summary>
    public static readonly DateTime EndOfTime = new(9999, 12, 31, 0, 0, 0, DateTimeKind.Utc);

    public static SqlParameter Of(string name, object? value) => value switch
    {
        null => new(name, DBNull.Value),
        string text => new(name, SqlDbType.NVarChar, text.Length > MostCharacters ? -1 : MostCharacters) { Value = text },
        byte[] bytes => new(name, SqlDbType.VarBinary, -1) { Value = bytes },
        DateTimeOffset instant => new(name, SqlDbType.DateTime2) { Scale = Microseconds, Value = instant.ToUtc() },
        DateTime instant => new(name, SqlDbType.DateTime2) { Scale = Microseconds, Value = instant },
        RowSet rows => rows.ToParameter(name),
        _ => new(name, value),
    };

    /// <summary>The instant as it is stored.</summary>
    public static DateTime ToUtc(this DateTimeOffset instant) => instant.TruncateToMicroseconds().UtcDateTime;

    public static DateTimeOffset GetInstant(this SqlDataReader row, int column) => new(row.GetDateTime(column), TimeSpan.Zero);

    public static byte[] GetBytes(this SqlDataReader row, int column) => row.GetFieldValue<byte[]>(column);

    public static T? GetOrNull<T>(this SqlDataReader row, int column) where T : class => row.IsDBNull(column) ? null : row.GetFieldValue<T>(column);

    public static int ToMilliseconds(this TimeSpan duration) => (int)Math.Min(int.MaxValue, duration.TotalMilliseconds);
}
