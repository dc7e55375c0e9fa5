using System.Net;
using System.Text;
using Npgsql;
using Shop.EventSourcing.Tests.Storage.PostgreSql;
using Shop.Tests;

namespace Shop.Ordering.Tests;

/// <summary>Two replicas on one database: what one erases the other does not show, and the server's files hold nothing readable.</summary>
public sealed class ErasureOnPostgreSqlTests(PostgresServer server) : IClassFixture<PostgresServer>, IAsyncLifetime
{
    private string connectionString = "";
    private TestOrdering here = null!;
    private TestOrdering there = null!;

    public async Task InitializeAsync()
    {
        connectionString = await server.CreateDatabaseAsync();
        here = await TestOrdering.StartAsync(connectionString: connectionString);
        there = await TestOrdering.StartAsync(connectionString: connectionString);
    }

    public async Task DisposeAsync()
    {
        await here.DisposeAsync();
        await there.DisposeAsync();
        await server.DropDatabaseAsync(connectionString);
    }

    [Fact]
    public async Task An_erasure_at_one_replica_is_obeyed_by_the_other()
    {
        for (var number = 1; number <= 10; number++)
        {
            var (eraser, reader) = number % 2 == 0 ? (here, there) : (there, here);
            var orderId = TestOrdering.OrderIdOf(await TestOrdering.JsonAsync(await eraser.PlaceAsync($"key {number}", Zoe.Cart(customerId: $"c-{number}"))));
            ((string)(await reader.GetAsync($"/orders/{orderId}"))["customer"]!["name"]!).ShouldBe(Zoe.Name);

            (await eraser.EraseAsync($"/customers/c-{number}/erase")).StatusCode.ShouldBe(HttpStatusCode.OK);

            (await reader.GetAsync($"/orders/{orderId}"))["customer"]!.ToJsonString().ShouldBe("""{"erased":true}""");
            (await eraser.GetAsync($"/orders/{orderId}"))["shippingAddress"]!.ToJsonString().ShouldBe("""{"erased":true}""");
        }
    }

    [Fact]
    public async Task After_an_erasure_no_table_and_no_file_of_the_server_holds_anything_readable()
    {
        var orderId = TestOrdering.OrderIdOf(await TestOrdering.JsonAsync(await here.PlaceAsync("key", Zoe.Cart(), prefer: "wait=1")));
        await there.PlaceAsync("guest", Zoe.Cart(customerId: null));
        var search = new ByteSearch(Zoe.Words);
        var wrapped = await WrappedKeysAsync();
        wrapped.Count.ShouldBe(2);
        (await FindInTablesAsync(new ByteSearch(wrapped))).Count.ShouldBe(2, "the search sees the keys while they are there");

        (await here.EraseAsync("/customers/c-zoe/erase")).StatusCode.ShouldBe(HttpStatusCode.OK);

        (await FindInTablesAsync(search)).ShouldBeEmpty();
        (await FindInTablesAsync(new ByteSearch(wrapped))).ShouldHaveSingleItem("the guest's key is still there, the customer's is not");
        await server.ExecuteAsync("CHECKPOINT");
        search.FindInFolder(Path.Combine(server.Data, "base")).ShouldBeEmpty();
        search.FindInFolder(Path.Combine(server.Data, "pg_wal")).ShouldBeEmpty();
        new ByteSearch($"{orderId}").FindInFolder(Path.Combine(server.Data, "base")).ShouldNotBeEmpty("the search sees what is in the files");
    }

    private async Task<List<string>> WrappedKeysAsync()
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        return await ColumnAsync(connection, "SELECT wrapped FROM data_keys");
    }

    /// <summary>All rows of all tables, as text and as bytes.</summary>
    private async Task<List<string>> FindInTablesAsync(ByteSearch search)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        var found = new List<string>();
        var tables = await ColumnAsync(connection, "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'");
        tables.ShouldContain("events");
        foreach (var table in tables)
        {
            using (var text = await connection.BeginTextExportAsync($"COPY \"{table}\" TO STDOUT"))
                found.AddRange(search.Find(table, Encoding.UTF8.GetBytes(await text.ReadToEndAsync())));
            await using var binary = await connection.BeginRawBinaryCopyAsync($"COPY \"{table}\" TO STDOUT (FORMAT BINARY)");
            using var rows = new MemoryStream();
            await binary.CopyToAsync(rows);
            found.AddRange(search.Find(table, rows.ToArray()));
        }

        return [.. found.Distinct()];
    }

    private static async Task<List<string>> ColumnAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var values = new List<string>();
        while (await reader.ReadAsync())
            values.Add(reader.GetString(0));
        return values;
    }
}
