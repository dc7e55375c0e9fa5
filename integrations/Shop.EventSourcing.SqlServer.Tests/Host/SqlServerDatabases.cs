using Microsoft.Data.SqlClient;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Shop.Host;
using Shop.Storefront.Accounts;

namespace Shop.EventSourcing.SqlServer.Tests.Host;

/// <summary>An empty SQL Server database for each store, and one for the accounts.</summary>
internal sealed class SqlServerDatabases : IAsyncDisposable
{
    private readonly Dictionary<string, TestDatabase> databases = [];

    public TestDatabase Accounts => this["accounts"];

    public Dictionary<string, string?> Settings => databases.ToDictionary(pair => $"ConnectionStrings:{pair.Key}", pair => (string?)pair.Value.ConnectionString);

    public IConfiguration Configuration => new ConfigurationBuilder().AddInMemoryCollection(Settings).Build();

    public static async Task<SqlServerDatabases> CreateAsync()
    {
        var all = new SqlServerDatabases();
        foreach (var name in ShopStores.All.Select(definition => definition.Name).Append("accounts"))
            all.databases[name] = await TestDatabase.CreateAsync();
        var accounts = Elsewhere.Find(Stores.SqlServer, all.Configuration, "").Configuration;
        await AccountsDatabase.OpenAsync(AccountsDatabase.Of(accounts, null), _ => Task.CompletedTask, TimeProvider.System, NullLogger.Instance, default);
        await StandIn.LeaveReferencesOutAsync(all.Accounts);
        return all;
    }

    public TestDatabase this[string name] => databases[name];

    public SqlConnection ConnectToAccounts() => new(Accounts.ConnectionString + ";Pooling=False");

    public async ValueTask DisposeAsync()
    {
        foreach (var database in databases.Values)
            await database.DropAsync();
    }
}
