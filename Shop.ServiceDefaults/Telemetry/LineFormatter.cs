using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Shop.Messaging.Measuring;

namespace Shop.ServiceDefaults.Telemetry;

/// <summary>
/// The services' console: a line per entry with its instant, level, category, message, order and trace; an exception follows
/// on lines of its own, indented. <c>Logging:Console:FormatterName=json</c> is for machines.
/// </summary>
internal sealed class LineFormatter(TimeProvider clock) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "line";

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        textWriter.Write(clock.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        textWriter.Write(Level(logEntry.LogLevel));
        textWriter.Write(logEntry.Category);
        textWriter.Write(": ");
        textWriter.Write(logEntry.Formatter(logEntry.State, logEntry.Exception).ReplaceLineEndings(" "));
        scopeProvider?.ForEachScope(WriteOrder, textWriter);
        if (Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity)
        {
            textWriter.Write(" trace=");
            textWriter.Write(activity.TraceId.ToHexString());
        }

        textWriter.WriteLine();
        if (logEntry.Exception is { } exception)
        {
            foreach (var line in exception.ToString().AsSpan().EnumerateLines())
            {
                textWriter.Write("    ");
                textWriter.WriteLine(line.TrimStart());
            }
        }
    }

    private static void WriteOrder(object? scope, TextWriter writer)
    {
        if (scope is not OrderScope order)
            return;
        writer.Write(" order=");
        writer.Write(order.OrderId);
    }

    private static string Level(LogLevel level) => level switch
    {
        LogLevel.Trace => " TRACE ",
        LogLevel.Debug => " DEBUG ",
        LogLevel.Information => " INFO  ",
        LogLevel.Warning => " WARN  ",
        LogLevel.Error => " ERROR ",
        _ => " FATAL ",
    };
}
