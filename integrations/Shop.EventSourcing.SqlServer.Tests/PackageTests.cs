using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using Shop.EventSourcing.Storage;
using Shop.Messaging;

namespace Shop.EventSourcing.SqlServer.Tests;

/// <summary>A setting puts a store into SQL Server.</summary>
public sealed class PackageTests
{
    private const string Server = "Server=db;Database=shop_order;User ID=shop_order;Password=";

    private static readonly StoreDefinition Definition = new() { Name = "order", Schema = typeof(PackageTests).Assembly, AsyncProjections = [] };

    [Fact]
    public async Task The_setting_chooses_the_engine()
    {
        await using var engine = Create(("ConnectionStrings:order", Server + "a-long-secret"), ("Shop:Archive:Path", "archive"));

        engine.ShouldBeOfType<SqlServerEngine>().Segments!.Path.ShouldBe(Path.Combine("archive", "order"));
        engine.Location.ShouldBe("SQL Server database shop_order at db as shop_order");
    }

    [Theory]
    [InlineData(null, "is missing")]
    [InlineData("Server=db;User ID=shop_order;Password=a-long-secret", "names no Server or no Database")]
    [InlineData("Host=db", "is not a connection string of SQL Server")]
    [InlineData("Server=db;Database=shop_order;User ID=SA;Password=a-long-secret", "the server's administrator")]
    [InlineData(Server + "shop_order", "everybody knows")]
    public void What_cannot_be_or_is_not_for_Production_says_what_to_give(string? connectionString, string message)
    {
        var production = new HostingEnvironment { EnvironmentName = Environments.Production };

        Should.Throw<StartupException>(() => Create(production, ("ConnectionStrings:order", connectionString))).Message.ShouldContain(message);
    }

    [Fact]
    public void A_package_that_is_not_there_is_named()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Shop:Store", "Oracle")]).Build();

        Should.Throw<StartupException>(() => StoreEngines.Create(configuration, Definition, null)).Message.ShouldContain("Shop.EventSourcing.Oracle");
    }

    private static IStorageEngine Create(params (string Key, string? Value)[] settings) => Create(null, settings);

    private static IStorageEngine Create(IHostEnvironment? environment, params (string Key, string? Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([new("Shop:Store", "SqlServer"), .. settings.Select(setting => KeyValuePair.Create(setting.Key, setting.Value))]).Build();
        return StoreEngines.Create(configuration, Definition, environment);
    }
}
