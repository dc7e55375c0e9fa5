using System.Diagnostics;
using Npgsql;

namespace Shop.EventSourcing.Storage.PostgreSql;

/// <summary>The connections of one store: the connection string with our defaults where it says nothing.</summary>
internal sealed class PostgreSqlSource : IAsyncDisposable
{
    /// <summary>
    /// Few, since commits share one connection: a store of each service in two replicas stays under PostgreSQL's default of 100.
    /// </summary>
    private const int MaxPoolSize = 12;

    /// <summary>Per connection; the store has about ten statements, and read-model queries come on top.</summary>
    private const int PreparedStatements = 40;

    private readonly NpgsqlDataSource? owned;

    public PostgreSqlSource(NpgsqlDataSource source)
    {
        Connections = source;
        Settings = new(source.ConnectionString);
    }

    public PostgreSqlSource(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        if (!settings.ShouldSerialize("Maximum Pool Size"))
            settings.MaxPoolSize = MaxPoolSize;
        settings.ApplicationName ??= "shop";

        // Nothing is left on a connection that would have to be reset: it would be a second statement with each query.
        settings.NoResetOnClose = true;
        if (!settings.ShouldSerialize("Max Auto Prepare"))
            settings.MaxAutoPrepare = PreparedStatements;

        // Whatever the string says of several hosts: a standby would refuse our writes, and its reads are old.
        settings.TargetSessionAttributes = null;
        Settings = settings;
        var builder = new NpgsqlDataSourceBuilder(settings.ConnectionString);
        // Commands are traced as parts of what somebody does; what the process asks for by itself would only be noise.
        builder.ConfigureTracing(tracing => tracing.ConfigureCommandFilter(_ => Activity.Current is not null));
        if (settings.Host?.Contains(',', StringComparison.Ordinal) == true)
        {
            var hosts = builder.BuildMultiHost();
            Connections = hosts.WithTargetSession(TargetSessionAttributes.Primary);
            owned = hosts;
        }
        else
        {
            Connections = owned = builder.Build();
        }
    }

    public NpgsqlDataSource Connections { get; }

    private NpgsqlConnectionStringBuilder Settings { get; }

    public string Database => Settings.Database ?? Role;

    public string Role => Settings.Username ?? Environment.UserName;

    /// <summary>For people: without the password.</summary>
    public string Location => $"PostgreSQL database {Database} at {Hosts} as {Role}";

    private string Hosts => string.Join(
        ", ", (Settings.Host ?? "localhost").Split(',', StringSplitOptions.TrimEntries).Select(host =>
            host.Contains(':', StringComparison.Ordinal) || host.StartsWith('/') ? host : $"{host}:{Settings.Port}"));

    public ValueTask DisposeAsync() => owned?.DisposeAsync() ?? ValueTask.CompletedTask;
}
