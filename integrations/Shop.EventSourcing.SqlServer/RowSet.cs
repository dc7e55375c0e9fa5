using System.Collections;
using System.Data;
using Microsoft.Data.SqlClient;
using Microsoft.Data.SqlClient.Server;

namespace Shop.EventSourcing.SqlServer;

/// <summary>Rows for a parameter of a table type, in the order of its columns.</summary>
internal sealed class RowSet(string type, params SqlMetaData[] columns) : IEnumerable<SqlDataRecord>
{
    private readonly List<object?[]> rows = [];

    /// <summary>Name of the table type.</summary>
    public string Type => type;

    public int Count => rows.Count;

    // What is too long for a column is the server's to refuse: the client would cut it off.
    public static SqlMetaData Text(string name) => new(name, SqlDbType.NVarChar, SqlMetaData.Max);

    public static SqlMetaData Bytes(string name) => new(name, SqlDbType.VarBinary, SqlMetaData.Max);

    public static SqlMetaData Number(string name) => new(name, SqlDbType.Int);

    public static SqlMetaData Long(string name) => new(name, SqlDbType.BigInt);

    public static SqlMetaData Id(string name) => new(name, SqlDbType.UniqueIdentifier);

    public static SqlMetaData Flag(string name) => new(name, SqlDbType.Bit);

    public static SqlMetaData Instant(string name) => new(name, SqlDbType.DateTime2, 0, 6);

    public void Add(params object?[] values) => rows.Add(values);

    public void Clear() => rows.Clear();

    public SqlParameter ToParameter(string name) => new(name, SqlDbType.Structured) { TypeName = type, Value = this };

    public IEnumerator<SqlDataRecord> GetEnumerator()
    {
        foreach (var row in rows)
        {
            // A record that is used again keeps bytes that empty ones should replace.
            var record = new SqlDataRecord(columns);
            for (var column = 0; column < row.Length; column++)
                Set(record, column, row[column]);
            yield return record;
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static void Set(SqlDataRecord record, int column, object? value)
    {
        switch (value)
        {
            case null: record.SetDBNull(column); break;
            case string text: record.SetString(column, text); break;
            case byte[] bytes: record.SetBytes(column, 0, bytes, 0, bytes.Length); break;
            case int number: record.SetInt32(column, number); break;
            case long number: record.SetInt64(column, number); break;
            case bool flag: record.SetBoolean(column, flag); break;
            case Guid id: record.SetGuid(column, id); break;
            case DateTime instant: record.SetDateTime(column, instant); break;
            case DateTimeOffset instant: record.SetDateTime(column, instant.ToUtc()); break;
            default: throw new NotSupportedException($"A {value.GetType().Name} cannot be stored.");
        }
    }
}
