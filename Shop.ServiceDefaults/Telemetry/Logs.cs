using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Shop.Messaging.Measuring;

namespace Shop.ServiceDefaults.Telemetry;

/// <summary>Log lines that name order and trace, as a line for people or as JSON for machines.</summary>
internal static class Logs
{
    private const string FormatterName = "Logging:Console:FormatterName";
    private const string IncludeScopes = "Logging:Console:FormatterOptions:IncludeScopes";

    public static void Add(IHostApplicationBuilder host)
    {
        var configuration = host.Configuration;
        host.Services.TryAddSingleton(TimeProvider.System);
        host.Logging.AddConsoleFormatter<LineFormatter, ConsoleFormatterOptions>();
        host.Services.Configure<JsonConsoleFormatterOptions>(json =>
        {
            json.UseUtcTimestamp = true;
            json.TimestampFormat = configuration["Logging:Console:FormatterOptions:TimestampFormat"] ?? "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
            json.IncludeScopes = configuration.GetValue(IncludeScopes, defaultValue: true);
        });
        // Each message pays for a scope, so there is none unless one of the outputs shows it.
        var shown = ConsoleShowsScopes(configuration);
        if (shown || configuration.Exports("LOGS"))
            host.Services.Configure<MessageLogOptions>(options => options.Scopes = true);
        // Trace ids need activities, which nobody starts unless somebody listens: an exporter, or else this.
        if (shown && !configuration.Exports("TRACES"))
            host.Services.AddSingleton<IHostedService, TraceIds>();
    }

    private static bool ConsoleShowsScopes(IConfiguration configuration) => configuration[FormatterName] switch
    {
        LineFormatter.FormatterName => true,
        ConsoleFormatterNames.Json => configuration.GetValue(IncludeScopes, defaultValue: true),
        _ => configuration.GetValue(IncludeScopes, defaultValue: false),
    };
}
