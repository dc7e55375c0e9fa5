using Npgsql;

namespace Shop.EventSourcing.Storage.PostgreSql;

/// <summary>
/// Commits groups, one at a time, on a connection of its own, so that the server keeps the plans of <c>commit_group</c>. After a
/// failure whose outcome is unknown the connection is given up and the exception thrown; nothing is tried twice.
/// </summary>
internal sealed class PostgreSqlWriter(NpgsqlDataSource source, IReadOnlyDictionary<Table, PostgreSqlRows> tables) : IAsyncDisposable
{
    private readonly SemaphoreSlim writing = new(1, 1);
    private readonly GroupArguments arguments = new(tables);
    private NpgsqlCommand? command;

    public TimeSpan WriterClaim
    {
        set => arguments.WriterClaim = value;
    }

    public async Task<WriteResult[]> CommitAsync(IReadOnlyList<WriteSet> group, CancellationToken cancellationToken)
    {
        await writing.WaitAsync(cancellationToken);
        try
        {
            command ??= await ConnectAsync(cancellationToken);
            return await CommitAsync(command, group);
        }
        catch
        {
            await DisconnectAsync();
            throw;
        }
        finally
        {
            writing.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        // Not disposed: it owns nothing, and whoever waits for it must get an answer.
        await writing.WaitAsync();
        await DisconnectAsync();
        writing.Release();
    }

    private async Task<WriteResult[]> CommitAsync(NpgsqlCommand ready, IReadOnlyList<WriteSet> group)
    {
        try
        {
            return await ExecuteAsync(ready, group);
        }
        catch (PostgresException refusal) when (IsRefusal(refusal))
        {
            // The server has undone the whole group: once more, each on its own, so that only the guilty one fails.
            var lost = new LostStreams();
            var results = new WriteResult[group.Count];
            for (var index = 0; index < results.Length; index++)
            {
                results[index] = lost.AreTouchedBy(group[index])
                    ? new(WriteOutcome.Conflict, results[index - 1].Position)
                    : await CommitAloneAsync(ready, group[index]);
                if (results[index].Outcome != WriteOutcome.Committed)
                    lost.Add(group[index]);
            }

            return results;
        }
    }

    private async Task<WriteResult> CommitAloneAsync(NpgsqlCommand ready, WriteSet set)
    {
        try
        {
            return (await ExecuteAsync(ready, [set]))[0];
        }
        catch (PostgresException refusal) when (IsRefusal(refusal))
        {
            await using var readHead = new NpgsqlCommand("SELECT position FROM log_head", ready.Connection);
            var head = (long)(await readHead.ExecuteScalarAsync(CancellationToken.None))!;
            var stale = refusal is { SqlState: PostgresErrorCodes.UniqueViolation, TableName: "events" or "streams" };
            return new(WriteOutcome.Conflict, head, stale ? null : refusal);
        }
    }

    // Not cancellable once sent: a cancelled commit would be neither done nor undone for the caller.
    private async Task<WriteResult[]> ExecuteAsync(NpgsqlCommand ready, IReadOnlyList<WriteSet> group)
    {
        arguments.Fill(group);
        await using var reader = await ready.ExecuteReaderAsync(CancellationToken.None);
        await reader.ReadAsync(CancellationToken.None);
        var outcomes = reader.GetFieldValue<int[]>(0);
        var positions = reader.GetFieldValue<long[]>(1);
        return [.. outcomes.Zip(positions, (outcome, position) => new WriteResult((WriteOutcome)outcome, position))];
    }

    // Class 22 are values that a column cannot hold, class 23 violated constraints: the write set's fault, and will be again.
    private static bool IsRefusal(PostgresException exception) =>
        exception.SqlState.StartsWith("22", StringComparison.Ordinal) || exception.SqlState.StartsWith("23", StringComparison.Ordinal);

    private async Task<NpgsqlCommand> ConnectAsync(CancellationToken cancellationToken)
    {
        var connection = await source.OpenConnectionAsync(cancellationToken);
        var placeholders = string.Join(", ", Enumerable.Range(1, arguments.Parameters.Count).Select(number => $"${number}"));
        var connected = new NpgsqlCommand($"SELECT outcomes, positions FROM commit_group({placeholders})", connection);
        foreach (var parameter in arguments.Parameters)
            connected.Parameters.Add(parameter);
        try
        {
            await connected.PrepareAsync(cancellationToken);
        }
        catch
        {
            connected.Parameters.Clear();
            await connection.DisposeAsync();
            throw;
        }

        return connected;
    }

    private async Task DisconnectAsync()
    {
        if (command is not { } connected)
            return;
        command = null;
        connected.Parameters.Clear();
        await connected.Connection!.DisposeAsync();
        await connected.DisposeAsync();
    }
}
