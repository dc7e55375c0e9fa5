using System.Data.Common;

namespace Shop.EventSourcing.Tests.Store;

/// <summary>A transaction of another connection.</summary>
internal sealed class OpenAppend(DbConnection connection, DbTransaction transaction) : IOpenAppend
{
    public static async Task<OpenAppend> BeginAsync(DbConnection connection, string sql)
    {
        await connection.OpenAsync();
        var transaction = await connection.BeginTransactionAsync();
        await using var append = connection.CreateCommand();
        append.CommandText = sql;
        append.CommandTimeout = 300;
        append.Transaction = transaction;
        await append.ExecuteNonQueryAsync();
        return new(connection, transaction);
    }

    public Task CommitAsync() => transaction.CommitAsync();

    public Task RollbackAsync() => transaction.RollbackAsync();

    public async ValueTask DisposeAsync()
    {
        await transaction.DisposeAsync();
        await connection.DisposeAsync();
    }
}
