using System.Diagnostics;
using Microsoft.Data.SqlClient;

namespace Shop.EventSourcing.SqlServer;

/// <summary>
/// What the processes of one database tell each other. SQL Server has nothing that wakes a waiting connection without Service
/// Broker, which a database need not have: so it is a small table, which those who listen read twenty times a second. What is
/// signalled in short order is written together, and nothing while no other process is there: those who listen say so now and then.
/// </summary>
internal sealed class SqlServerSignals(SqlServerSource source) : IAsyncDisposable
{
    private const int AbsenceSeconds = 20;
    private const int ForgottenSeconds = 3_600;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan BetweenHellos = TimeSpan.FromSeconds(5);

    private static readonly string PollSql = EmbeddedSql.Read("poll-signals");
    private static readonly string HelloSql = EmbeddedSql.Read("hello");
    private static readonly string GoodbyeSql = EmbeddedSql.Read("goodbye");

    private readonly Guid me = Guid.CreateVersion7();
    private readonly Lock sync = new();
    private readonly CancellationTokenSource disposing = new();
    private Dictionary<string, long> waiting = new(StringComparer.Ordinal);
    private Task sending = Task.CompletedTask;
    private bool isSending;
    private volatile bool isListening;
    private volatile bool areOthersHere;

    public void Signal(string topic, long value)
    {
        if (isListening && !areOthersHere)
            return;
        lock (sync)
        {
            waiting[topic] = waiting.TryGetValue(topic, out var before) ? Math.Max(before, value) : value;
            if (isSending || disposing.IsCancellationRequested)
                return;
            isSending = true;
            sending = Task.Run(SendAsync);
        }
    }

    public async Task ListenAsync(Action listening, Action<string, long> heard, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenAsync(cancellationToken);
        var known = new Dictionary<string, long>(StringComparer.Ordinal);
        try
        {
            await SayAsync(connection, HelloSql, cancellationToken);
            areOthersHere = await LookAsync(connection, known, null, cancellationToken);
            isListening = true;
            listening();
            for (var said = Stopwatch.GetTimestamp(); ;)
            {
                await Task.Delay(BetweenLooks, cancellationToken);
                if (Stopwatch.GetElapsedTime(said) > BetweenHellos)
                {
                    await SayAsync(connection, HelloSql, cancellationToken);
                    said = Stopwatch.GetTimestamp();
                }

                Meet(await LookAsync(connection, known, heard, cancellationToken), listening);
            }
        }
        finally
        {
            isListening = false;
            await LeaveAsync(connection);
        }
    }

    public async ValueTask DisposeAsync()
    {
        lock (sync)
            disposing.Cancel();
        await sending;
        disposing.Dispose();
    }

    /// <summary>Somebody else is there. If that is news, neither has told the other anything until now.</summary>
    private void Meet(bool others, Action listening)
    {
        var isNews = others && !areOthersHere;
        areOthersHere = others;
        if (isNews)
            listening();
    }

    /// <summary>Tells what has changed since the last look.</summary>
    /// <returns>Whether other processes listen.</returns>
    private async Task<bool> LookAsync(SqlConnection connection, Dictionary<string, long> known, Action<string, long>? heard, CancellationToken cancellationToken)
    {
        await using var command = new SqlCommand(PollSql, connection);
        command.Parameters.Add(SqlValues.Of("@me", me));
        command.Parameters.Add(SqlValues.Of("@absence", AbsenceSeconds));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var (topic, value, changes) = (reader.GetString(0), reader.GetInt64(1), reader.GetInt64(2));
            if (known.TryGetValue(topic, out var before) && before == changes)
                continue;
            known[topic] = changes;
            heard?.Invoke(topic, value);
        }

        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return reader.GetInt32(0) > 0;
    }

    private async Task SayAsync(SqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new SqlCommand(sql, connection);
        command.Parameters.Add(SqlValues.Of("@me", me));
        if (sql == HelloSql)
            command.Parameters.Add(SqlValues.Of("@forgotten", ForgottenSeconds));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task LeaveAsync(SqlConnection connection)
    {
        try
        {
            await SayAsync(connection, GoodbyeSql, CancellationToken.None);
        }
        catch (Exception error) when (error is SqlException or InvalidOperationException)
        {
            // Then the connection is broken, and the others forget us in a while.
        }
    }

    private async Task SendAsync()
    {
        while (Take() is { } values)
        {
            var pause = Pause;
            try
            {
                await WriteAsync(values);
            }
#pragma warning disable CA1031 // A lost signal costs its hearers a moment; the sender must not fail for it.
            catch (Exception)
#pragma warning restore CA1031
            {
                pause = PauseAfterFailure;
            }

            await Task.Delay(pause, disposing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task WriteAsync(Dictionary<string, long> values)
    {
        var rows = GroupTypes.Signals();
        foreach (var (topic, value) in values)
            rows.Add(topic, value);
        await using var connection = await source.OpenAsync(disposing.Token);
        await using var command = new SqlCommand("EXEC signal @rows", connection);
        command.Parameters.Add(rows.ToParameter("@rows"));
        await command.ExecuteNonQueryAsync(disposing.Token);
    }

    private Dictionary<string, long>? Take()
    {
        lock (sync)
        {
            isSending = waiting.Count > 0 && !disposing.IsCancellationRequested;
            if (!isSending)
                return null;
            var taken = waiting;
            waiting = new(StringComparer.Ordinal);
            return taken;
        }
    }
}
