using System.Globalization;
using System.Text;
using Npgsql;

namespace Shop.EventSourcing.Storage.PostgreSql;

/// <summary>
/// LISTEN and NOTIFY between the processes of one database. Notifications are sent in transactions of their own: commits that
/// notify wait for each other in the whole server, until each has reached the disk. What comes in short order is sent at once.
/// </summary>
internal sealed class PostgreSqlSignals(NpgsqlDataSource source) : IAsyncDisposable
{
    private const string Channel = "shop_store";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(10);

    private readonly Lock sync = new();
    private readonly CancellationTokenSource disposing = new();
    private Dictionary<string, long> waiting = new(StringComparer.Ordinal);
    private Task sending = Task.CompletedTask;
    private bool isSending;

    public void Signal(string topic, long value)
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
        connection.Notification += (_, notification) => Read(notification.Payload, heard);
        await using var listen = new NpgsqlCommand($"LISTEN {Channel}", connection);
        await listen.ExecuteNonQueryAsync(cancellationToken);
        listening();

        // A server that vanished without a word would never be heard again: after a silence it must answer.
        await using var ask = new NpgsqlCommand("SELECT 1", connection);
        while (true)
        {
            if (!await connection.WaitAsync(Silence, cancellationToken))
                await ask.ExecuteScalarAsync(cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        lock (sync)
            disposing.Cancel();
        await sending;
        disposing.Dispose();
    }

    private async Task SendAsync()
    {
        while (Take() is { } values)
        {
            var pause = Pause;
            try
            {
                await using var notify = source.CreateCommand("SELECT pg_notify($1, $2)");
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

    private static void Read(string payload, Action<string, long> heard)
    {
        foreach (var line in payload.AsSpan().EnumerateLines())
        {
            var equals = line.LastIndexOf('=');
            if (equals > 0 && long.TryParse(line[(equals + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var value))
                heard(line[..equals].ToString(), value);
        }
    }
}
