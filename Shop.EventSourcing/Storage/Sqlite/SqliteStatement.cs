using System.Buffers;
using System.Text;

namespace Shop.EventSourcing.Storage.Sqlite;

/// <summary>A prepared statement. Values are copied when bound; parameters count from 1, columns from 0.</summary>
internal sealed unsafe class SqliteStatement(SqliteHandle database, nint statement) : IDisposable
{
    private const int StackBytes = 512;

    public void Bind(int parameter, long value) => database.Check(SqliteNative.BindInt64(statement, parameter, value));

    public void BindNull(int parameter) => database.Check(SqliteNative.BindNull(statement, parameter));

    public void Bind(int parameter, long? value)
    {
        if (value is { } present)
            Bind(parameter, present);
        else
            BindNull(parameter);
    }

    public void Bind(int parameter, DateTimeOffset instant) => Bind(parameter, instant.ToUnixMicroseconds());

    public void Bind(int parameter, DateTimeOffset? instant) => Bind(parameter, instant?.ToUnixMicroseconds());

    /// <summary>As 16 bytes in big-endian order.</summary>
    public void Bind(int parameter, Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        BindBlob(parameter, bytes);
    }

    public void Bind(int parameter, Guid? id)
    {
        if (id is { } present)
            Bind(parameter, present);
        else
            BindNull(parameter);
    }

    public void Bind(int parameter, string? text)
    {
        if (text is null)
        {
            BindNull(parameter);
            return;
        }

        var size = Encoding.UTF8.GetMaxByteCount(text.Length);
        var rented = size > StackBytes ? ArrayPool<byte>.Shared.Rent(size) : null;
        var buffer = rented ?? stackalloc byte[StackBytes];
        BindText(parameter, buffer[..Encoding.UTF8.GetBytes(text, buffer)]);
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
    }

    public void BindText(int parameter, ReadOnlySpan<byte> utf8)
    {
        byte nothing;
        fixed (byte* address = utf8)
            database.Check(SqliteNative.BindText(statement, parameter, AddressOr(&nothing, address), utf8.Length, SqliteNative.Transient));
    }

    public void BindBlob(int parameter, ReadOnlySpan<byte> bytes)
    {
        byte nothing;
        fixed (byte* address = bytes)
            database.Check(SqliteNative.BindBlob(statement, parameter, AddressOr(&nothing, address), bytes.Length, SqliteNative.Transient));
    }

    /// <summary>True when there is a row. After the last one, and after a failure, the statement is ready to be bound again.</summary>
    public bool Step()
    {
        var code = SqliteNative.Step(statement);
        if (code == SqliteNative.Row)
            return true;
        if (code != SqliteNative.Done)
            Fail(code);
        _ = SqliteNative.Reset(statement);
        return false;
    }

    /// <summary>Runs a statement of which no row is wanted.</summary>
    public void Run()
    {
        if (Step())
            Reset();
    }

    public void Reset() => _ = SqliteNative.Reset(statement);

    public long Int64(int column) => SqliteNative.ColumnInt64(statement, column);

    public bool IsNull(int column) => SqliteNative.ColumnType(statement, column) == SqliteNative.NullType;

    public string Text(int column) => Encoding.UTF8.GetString(Span(column));

    public string? TextOrNull(int column) => IsNull(column) ? null : Text(column);

    public byte[] Bytes(int column) => Span(column).ToArray();

    public byte[]? BytesOrNull(int column) => IsNull(column) ? null : Bytes(column);

    public Guid Id(int column) => new(Span(column), bigEndian: true);

    public Guid? IdOrNull(int column) => IsNull(column) ? null : Id(column);

    public DateTimeOffset Instant(int column) => Instants.FromUnixMicroseconds(Int64(column));

    public DateTimeOffset? InstantOrNull(int column) => IsNull(column) ? null : Instant(column);

    public void Dispose() => _ = SqliteNative.Finish(statement);

    // An empty span has no address, and SQLite takes a value without address as NULL.
    private static byte* AddressOr(byte* nothing, byte* address) => address is null ? nothing : address;

    private ReadOnlySpan<byte> Span(int column)
    {
        var address = SqliteNative.ColumnBlob(statement, column);
        return new(address, SqliteNative.ColumnBytes(statement, column));
    }

    // Resetting clears the connection's error, so the exception is made first.
    private void Fail(int code)
    {
        try
        {
            database.Check(code);
        }
        finally
        {
            _ = SqliteNative.Reset(statement);
        }
    }
}
