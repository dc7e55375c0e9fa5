using System.Diagnostics;
using System.Globalization;
using System.Text;
using Npgsql;

namespace Shop.EventSourcing.Storage.PostgreSql;

/// <summary>
/// LISTEN and NOTIFY between the processes of one database. Notifications are sent in transactions of their own: commits that
/// notify wait for each other in the whole server, until each has reached the disk. What comes in short order is sent together,
/// and nothing while no other process is there: those who listen say hello now and then.
/// </summary>
internal sealed class PostgreSqlSignals(NpgsqlDataSource source) : IAsyncDisposable
{
    private const string Channel = "shop_store";
    private const string Hello = "hello/";

    // It has nothing to keep, but counts as a write: without waiting for the disk.
    private const string Notify = "SELECT set_config('synchronous_commit', 'off', true), pg_notify($1, $2)";
    private const int UnlistenSeconds = 2;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Absence = TimeSpan.FromSeconds(20);

    /// <summary>
    /// Well above the time between hellos, so that a late one breaks nothing. It is never what is left of something: less than a
    /// millisecond is no limit to Npgsql.
    /// </summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(10);

    private readonly string hello = $"{Hello}{Guid.CreateVersion7():N}";
    private readonly Lock sync = new();
    private readonly CancellationTokenSource disposing = new();
    private Dictionary<string, long> waiting = new(StringComparer.Ordinal);
    private Task sending = Task.CompletedTask;
    private bool isSending;
    private volatile bool isListening;
    private long othersSeenAt;

    internal TimeSpan BetweenHellos { get; init; } = TimeSpan.FromSeconds(5);

    private bool AreOthersHere => Volatile.Read(ref othersSeenAt) is not 0 and var seen && Stopwatch.GetElapsedTime(seen) < Absence;

    public void Signal(string topic, long value)
    {
        if (!isListening || AreOthersHere)
            Send(topic, value);
    }

    private void Send(string topic, long value)
    {
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
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        connection.Notification += (_, notification) => Read(notification.Payload, listening, heard);
        await using var listen = new NpgsqlCommand($"LISTEN {Channel}", connection);
        await listen.ExecuteNonQueryAsync(cancellationToken);
        isListening = true;
        try
        {
            listening();
            await using var hellos = new Timer(_ => Send(hello, 0), null, TimeSpan.Zero, BetweenHellos);
            while (await connection.WaitAsync(Silence, cancellationToken))
            {
            }

            throw new TimeoutException("Not even our own signals were heard: the connection is as good as broken.");
        }
        finally
        {
            isListening = false;
            await UnlistenAsync(connection);
        }
    }

    public async ValueTask DisposeAsync()
    {
        lock (sync)
            disposing.Cancel();
        await sending;
        disposing.Dispose();
    }

    /// <summary>The pool does not reset connections.</summary>
    private static async Task UnlistenAsync(NpgsqlConnection connection)
    {
        try
        {
            await using var unlisten = new NpgsqlCommand("UNLISTEN *", connection) { CommandTimeout = UnlistenSeconds };
            await unlisten.ExecuteNonQueryAsync(CancellationToken.None);
        }
        catch (Exception error) when (error is NpgsqlException or InvalidOperationException)
        {
            // Then it is broken, and the pool drops it.
        }
    }

    private async Task SendAsync()
    {
        while (Take() is { } values)
        {
            var pause = Pause;
            try
            {
                await using var notify = source.CreateCommand(Notify);
                notify.Parameters.Add(new() { Value = Channel });
                notify.Parameters.Add(new() { Value = Write(values) });
                await notify.ExecuteNonQueryAsync(disposing.Token);
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

    private static string Write(Dictionary<string, long> values)
    {
        var payload = new StringBuilder();
        foreach (var (topic, value) in values)
            payload.Append(CultureInfo.InvariantCulture, $"{topic}={value}\n");
        return payload.ToString();
    }

    private void Read(string payload, Action listening, Action<string, long> heard)
    {
        foreach (var line in payload.AsSpan().EnumerateLines())
        {
            var equals = line.LastIndexOf('=');
            if (equals < 1 || !long.TryParse(line[(equals + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var value))
                continue;
            if (!line.StartsWith(Hello))
                heard(line[..equals].ToString(), value);
            else if (!line[..equals].SequenceEqual(hello))
                Meet(listening);
        }
    }

    /// <summary>Somebody else is there. If that is news, neither has told the other anything until now.</summary>
    private void Meet(Action listening)
    {
        var known = AreOthersHere;
        Volatile.Write(ref othersSeenAt, Stopwatch.GetTimestamp());
        if (known)
            return;
        Send(hello, 0);
        listening();
    }
}
