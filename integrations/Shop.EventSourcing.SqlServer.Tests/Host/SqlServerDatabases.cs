using Microsoft.Data.SqlClient;
using Microsoft.Extensions.Configuration;
using Shop.Host;

namespace Shop.EventSourcing.SqlServer.Tests.Host;

/// <summary>An empty SQL Server database for each store, and one for the accounts.</summary>
internal sealed class SqlServerDatabases : IAsyncDisposable
{
    private readonly Dictionary<string, TestDatabase> databases = [];

    public TestDatabase Accounts => databases["accounts"];

    public Dictionary<string, string?> Settings => databases.ToDictionary(pair => $"ConnectionStrings:{pair.Key}", pair => (string?)pair.Value.ConnectionString);

    public IConfiguration Configuration => new ConfigurationBuilder().AddInMemoryCollection(Settings).Build();

    public static async Task<SqlServerDatabases> CreateAsync()
    {
        var all = new SqlServerDatabases();
        foreach (var name in ShopStores.All.Select(definition => definition.Name).Append("accounts"))
        {
            all.databases[name] = await TestDatabase.CreateAsync();
            await StandIn.LetPurgeAsync(all.databases[name]);
        }

        return all;
    }

    public SqlConnection ConnectToAccounts() => new(Accounts.ConnectionString + ";Pooling=False");

    public async ValueTask DisposeAsync()
    {
        foreach (var database in databases.Values)
            await database.DropAsync();
    }
}
