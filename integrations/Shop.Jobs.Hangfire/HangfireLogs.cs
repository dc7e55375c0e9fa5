using Hangfire.Logging;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using HangfireLevel = Hangfire.Logging.LogLevel;
using Level = Microsoft.Extensions.Logging.LogLevel;

namespace Shop.Jobs.Hangfire;

/// <summary>Hangfire's log in ours. Hangfire has one for the process, and may still write when the shop that gave it is gone.</summary>
internal sealed class HangfireLogs(ILoggerFactory loggers) : ILogProvider
{
    public ILog GetLogger(string name)
    {
        try
        {
            return new Log(loggers.CreateLogger(name));
        }
        catch (ObjectDisposedException)
        {
            return new Log(NullLogger.Instance);
        }
    }

    private sealed class Log(ILogger logger) : ILog
    {
        bool ILog.Log(HangfireLevel logLevel, Func<string>? messageFunc, Exception? exception)
        {
            var level = logLevel switch
            {
                HangfireLevel.Trace => Level.Trace,
                HangfireLevel.Debug => Level.Debug,
                HangfireLevel.Info => Level.Information,
                HangfireLevel.Warn => Level.Warning,
                HangfireLevel.Error => Level.Error,
                _ => Level.Critical,
            };
            if (!logger.IsEnabled(level))
                return false;
            // Without a message it only asks whether the level is on.
            var message = messageFunc?.Invoke();
            if (message is not null)
                HangfireMessages.Say(logger, level, exception, message);
            return true;
        }
    }
}

internal static partial class HangfireMessages
{
    [LoggerMessage(Message = "{Message}")]
    public static partial void Say(ILogger logger, Level level, Exception? error, string message);
}
