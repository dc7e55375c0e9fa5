using System.Diagnostics;
using Npgsql;

namespace Shop.EventSourcing.Storage.PostgreSql;

/// <summary>
/// Commits groups, one at a time, on a connection of its own, so that the server keeps the plans of <c>commit_group</c>. After a
/// failure whose outcome is unknown the connection is given up and the exception thrown; nothing is tried twice.
/// </summary>
internal sealed class PostgreSqlWriter(NpgsqlDataSource source, IReadOnlyDictionary<Table, PostgreSqlRows> tables) : IAsyncDisposable
{
    private const int DeadlockRetries = 3;

    /// <summary>How long a commit waits for a server that is away: a restart of a few seconds fails nobody.</summary>
    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ConnectPause = TimeSpan.FromMilliseconds(100);
    private readonly SemaphoreSlim writing = new(1, 1);
    private readonly CancellationTokenSource disposing = new();
    private readonly GroupArguments arguments = new(tables);
    private NpgsqlCommand? command;
    private volatile bool suspect;

    /// <summary>The server may have been restarted: the next commit connects anew instead of failing on a dead connection.</summary>
    public void Suspect() => suspect = true;

    public TimeSpan WriterClaim
    {
        set => arguments.WriterClaim = value;
    }

    public async Task<WriteResult[]> CommitAsync(IReadOnlyList<WriteSet> group, CancellationToken cancellationToken)
    {
        await writing.WaitAsync(cancellationToken);
        try
        {
            if (suspect)
            {
                suspect = false;
                await DisconnectAsync();
            }

            command ??= await ConnectPatientlyAsync(cancellationToken);
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
        await disposing.CancelAsync();

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
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await ExecuteOnceAsync(ready);
            }
            catch (PostgresException victim) when (attempt < DeadlockRetries && IsVictim(victim))
            {
                // The server has undone it, so that it is no second time.
            }
        }
    }

    private static async Task<WriteResult[]> ExecuteOnceAsync(NpgsqlCommand ready)
    {
        await using var reader = await ready.ExecuteReaderAsync(CancellationToken.None);
        await reader.ReadAsync(CancellationToken.None);
        var outcomes = reader.GetFieldValue<int[]>(0);
        var positions = reader.GetFieldValue<long[]>(1);
        return [.. outcomes.Zip(positions, (outcome, position) => new WriteResult((WriteOutcome)outcome, position))];
    }

    // Class 22 are values that a column cannot hold, class 23 violated constraints: the write set's fault, and will be again.
    private static bool IsRefusal(PostgresException exception) =>
        exception.SqlState.StartsWith("22", StringComparison.Ordinal) || exception.SqlState.StartsWith("23", StringComparison.Ordinal);

    private static bool IsVictim(PostgresException exception) =>
        exception.SqlState is PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure;

    private async Task<NpgsqlCommand> ConnectPatientlyAsync(CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                return await ConnectAsync(cancellationToken);
            }
            catch (Exception away) when (StorageFailure.IsTransient(away) && Stopwatch.GetElapsedTime(started) < ConnectPatience && !disposing.IsCancellationRequested)
            {
                await Task.Delay(ConnectPause, cancellationToken);
            }
        }
    }

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
