using Microsoft.Data.SqlClient;
using Shop.EventSourcing.Storage;
using Shop.Inventory;
using Shop.Messaging;
using Shop.Orchestration;
using Shop.Ordering;
using Shop.Payments;

namespace Shop.EventSourcing.SqlServer.Tests;

/// <summary>The services' own scripts for SQL Server.</summary>
[Collection(SqlServerCollection.Name)]
public sealed class ServiceSchemaTests
{
    private static readonly StoreDefinition[] Stores =
        [OrderingModuleExtensions.Store, PaymentsModuleExtensions.Store, InventoryRegistration.Store, OrderSagas.Store];

    public static TheoryData<string> Names => [.. Stores.Select(store => store.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Scripts_of_a_service_parse(string name)
    {
        var scripts = Scripts(name);
        scripts.ShouldNotBeEmpty();
        foreach (var script in scripts)
            SqlSyntaxTests.ShouldParse(script.Sql);
    }

    [Theory]
    [MemberData(nameof(Names))]
    [Trait(SqlServerCollection.Needs, SqlServerCollection.Server)]
    public async Task Tables_of_a_service_have_the_columns_of_their_rows(string name)
    {
        var tables = Stores.Single(store => store.Name == name).Tables;
        var database = await TestDatabase.CreateAsync();
        await using (var engine = new SqlServerEngine(database.ConnectionString, tables))
            await engine.InitializeAsync(Scripts(name), default);

        await using (var connection = await database.ConnectAsync())
        {
            foreach (var table in tables)
                (await ColumnsAsync(connection, table.Name)).ShouldBe(table.Columns.Select(column => (column.Name, column.IsNullable)), ignoreOrder: true, table.Name);
        }

        await database.DropAsync();
    }

    private static IReadOnlyList<SchemaScript> Scripts(string name) =>
        SchemaScript.FromAssembly(Stores.Single(store => store.Name == name).Schema, "SqlServer");

    private static async Task<List<(string Name, bool IsNullable)>> ColumnsAsync(SqlConnection connection, string table)
    {
        await using var command = new SqlCommand($"SELECT name, is_nullable FROM sys.columns WHERE object_id = OBJECT_ID(N'{table}')", connection);
        await using var reader = await command.ExecuteReaderAsync();
        var columns = new List<(string, bool)>();
        while (await reader.ReadAsync())
            columns.Add((reader.GetString(0), reader.GetBoolean(1)));
        return columns;
    }
}
