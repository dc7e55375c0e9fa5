using Hangfire.PostgreSql;
using Npgsql;

namespace Shop.Jobs.Hangfire;

/// <summary>Connections with a pool of their own, which few may use: PostgreSQL lets in 100 unless told otherwise.</summary>
internal sealed class NpgsqlSources(string connectionString) : IConnectionFactory
{
    private const int MaxPoolSize = 8;

    private readonly string settings = new NpgsqlConnectionStringBuilder(connectionString) { MaxPoolSize = MaxPoolSize, MinPoolSize = 0 }.ConnectionString;

    public NpgsqlConnection GetOrCreateConnection() => new(settings);
}
