using System.Diagnostics;
using Microsoft.Data.SqlClient;
using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.SqlServer;

/// <summary>
/// Commits groups, one at a time. A failure whose outcome is unknown is thrown; nothing is tried twice.
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

    public TimeSpan WriterClaim
    {
        set => batch.WriterClaim = value;
    }

    public async Task<WriteResult[]> CommitAsync(IReadOnlyList<WriteSet> group, CancellationToken cancellationToken)
    {
        await writing.WaitAsync(cancellationToken);
        try
        {
            return group.Any(set => Names.Refusal(set) is not null)
                ? await CommitEachAsync(group)
                : await ExecuteAsync(group, cancellationToken);
        }
        catch (SqlException refusal) when (SqlServerFailures.IsRefusal(refusal))
        {
            // The server has undone the whole group.
            return await CommitEachAsync(group);
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
        writing.Release();
    }

    /// <summary>Each set on its own, so that only the guilty one fails, and what builds on it. Not cancellable: some may be written.</summary>
    private async Task<WriteResult[]> CommitEachAsync(IReadOnlyList<WriteSet> group)
    {
        var lost = new LostStreams();
        var results = new WriteResult[group.Count];
        for (var index = 0; index < results.Length; index++)
        {
            results[index] = lost.AreTouchedBy(group[index])
                ? new(WriteOutcome.Conflict, results[index - 1].Position)
                : await CommitAloneAsync(group[index]);
            if (results[index].Outcome != WriteOutcome.Committed)
                lost.Add(group[index]);
        }

        return results;
    }

    private async Task<WriteResult> CommitAloneAsync(WriteSet set)
    {
        if (Names.Refusal(set) is { } impossible)
            return new(WriteOutcome.Conflict, await ReadHeadAsync(), impossible);
        try
        {
            return (await ExecuteAsync([set], CancellationToken.None))[0];
        }
        catch (SqlException refusal) when (SqlServerFailures.IsRefusal(refusal))
        {
            return new(WriteOutcome.Conflict, await ReadHeadAsync(), SqlServerFailures.IsStale(refusal) ? null : refusal);
        }
    }

    // Not cancellable once sent: a cancelled commit would be neither done nor undone for the caller.
    private async Task<WriteResult[]> ExecuteAsync(IReadOnlyList<WriteSet> group, CancellationToken cancellationToken)
    {
        await using var connection = await ConnectPatientlyAsync(cancellationToken);
        await using var command = connection.CreateCommand();
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

    private async Task<long> ReadHeadAsync()
    {
        await using var connection = await ConnectPatientlyAsync(CancellationToken.None);
        await using var command = new SqlCommand(ReadHeadSql, connection);
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
}
