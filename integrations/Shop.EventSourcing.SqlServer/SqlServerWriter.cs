using System.Diagnostics;
using Microsoft.Data.SqlClient;
using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.SqlServer;

/// <summary>
/// Commits groups, one at a time, on a connection of its own. After a failure whose outcome is unknown the connection is given up and
/// the exception thrown; nothing is tried twice.
/// </summary>
internal sealed class SqlServerWriter(SqlServerSource source, IReadOnlyDictionary<Table, SqlServerRows> tables) : IAsyncDisposable
{
    private const int DeadlockRetries = 3;

    /// <summary>How long a commit waits for a server that is away: a restart of a few seconds fails nobody.</summary>
    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ConnectPause = TimeSpan.FromMilliseconds(100);
    private static readonly string ReadHeadSql = EmbeddedSql.Read("read-head");

    private readonly SemaphoreSlim writing = new(1, 1);
    private readonly CancellationTokenSource disposing = new();
    private readonly GroupBatch batch = new(tables);
    private SqlConnection? connection;
    private volatile bool suspect;

    /// <summary>The server may have been restarted: the next commit connects anew instead of failing on a dead connection.</summary>
    public void Suspect() => suspect = true;

    public TimeSpan WriterClaim
    {
        set => batch.WriterClaim = value;
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

            connection ??= await ConnectPatientlyAsync(cancellationToken);
            return await CommitAsync(connection, group);
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

    private async Task<WriteResult[]> CommitAsync(SqlConnection ready, IReadOnlyList<WriteSet> group)
    {
        if (group.Any(set => Names.Refusal(set) is not null))
            return await CommitEachAsync(ready, group);
        try
        {
            return await ExecuteAsync(ready, group);
        }
        catch (SqlException refusal) when (SqlServerFailures.IsRefusal(refusal))
        {
            // The server has undone the whole group.
            return await CommitEachAsync(ready, group);
        }
    }

    /// <summary>Each set on its own, so that only the guilty one fails, and what builds on it.</summary>
    private async Task<WriteResult[]> CommitEachAsync(SqlConnection ready, IReadOnlyList<WriteSet> group)
    {
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

    private async Task<WriteResult> CommitAloneAsync(SqlConnection ready, WriteSet set)
    {
        if (Names.Refusal(set) is { } impossible)
            return new(WriteOutcome.Conflict, await ReadHeadAsync(ready), impossible);
        try
        {
            return (await ExecuteAsync(ready, [set]))[0];
        }
        catch (SqlException refusal) when (SqlServerFailures.IsRefusal(refusal))
        {
            return new(WriteOutcome.Conflict, await ReadHeadAsync(ready), SqlServerFailures.IsStale(refusal) ? null : refusal);
        }
    }

    // Not cancellable once sent: a cancelled commit would be neither done nor undone for the caller.
    private async Task<WriteResult[]> ExecuteAsync(SqlConnection ready, IReadOnlyList<WriteSet> group)
    {
        await using var command = ready.CreateCommand();
        batch.Fill(command, group);
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await using var reader = await command.ExecuteReaderAsync(CancellationToken.None);
                await reader.ReadAsync(CancellationToken.None);
                return batch.Read(reader.GetInt64(0), reader.GetString(1));
            }
            catch (SqlException victim) when (attempt < DeadlockRetries && SqlServerFailures.IsVictim(victim))
            {
                // The server has undone it, so that it is no second time.
            }
        }
    }

    private static async Task<long> ReadHeadAsync(SqlConnection ready)
    {
        await using var command = new SqlCommand(ReadHeadSql, ready);
        return (long)(await command.ExecuteScalarAsync(CancellationToken.None))!;
    }

    private async Task<SqlConnection> ConnectPatientlyAsync(CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                return await source.OpenAsync(cancellationToken);
            }
            catch (SqlException away) when (
                SqlServerFailures.IsTransient(away) && Stopwatch.GetElapsedTime(started) < ConnectPatience && !disposing.IsCancellationRequested)
            {
                await Task.Delay(ConnectPause, cancellationToken);
            }
        }
    }

    private async Task DisconnectAsync()
    {
        if (connection is not { } connected)
            return;
        connection = null;

        // Whatever is still open on it ends with it now, and not when the pool uses it again.
        SqlConnection.ClearPool(connected);
        await connected.DisposeAsync();
    }
}
