using Microsoft.Extensions.Logging;

namespace Shop.Jobs.Running;

/// <summary>Keeps the lines of one run, up to a limit, and passes them on to the log of the process.</summary>
internal sealed class RunLog(ILogger process, TimeProvider clock) : ILogger
{
    private const int MostLines = 500;
    private const int LongestLine = 1_000;

    private readonly Lock gate = new();
    private readonly List<JobLine> lines = [];
    private int omitted;

    /// <summary>The first ones, with a last line that counts what came after.</summary>
    public IReadOnlyList<JobLine> Lines
    {
        get
        {
            lock (gate)
            {
                return omitted == 0
                    ? [.. lines]
                    : [.. lines, new(clock.GetUtcNow(), "warning", $"{omitted} more lines were not kept; the log of the process has them.")];
            }
        }
    }

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => process.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        process.Log(logLevel, eventId, state, exception, formatter);
        if (!IsEnabled(logLevel))
            return;
        var text = formatter(state, exception);
        var level = logLevel switch
        {
            LogLevel.Information => "information",
            LogLevel.Warning => "warning",
            _ => "error",
        };
        lock (gate)
        {
            if (lines.Count < MostLines)
                lines.Add(new(clock.GetUtcNow(), level, text.Length <= LongestLine ? text : text[..LongestLine] + "…"));
            else
                omitted++;
        }
    }
}
