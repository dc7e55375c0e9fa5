using Npgsql;
using Shop.EventSourcing.Storage.PostgreSql;

namespace Shop.EventSourcing.Tests.Storage.PostgreSql;

public sealed class PostgreSqlSourceTests
{
    [Theory]
    [InlineData("Host=db", 12)]
    [InlineData("Host=db;Maximum Pool Size=100", 100)]
    [InlineData("Host=db;MaxPoolSize=5", 5)]
    [InlineData("Host=one,two;Target Session Attributes=any", 12)]
    public async Task A_pool_is_small_unless_the_connection_string_says_otherwise(string connectionString, int most)
    {
        await using var source = new PostgreSqlSource(connectionString);
        new NpgsqlConnectionStringBuilder(source.Connections.ConnectionString).MaxPoolSize.ShouldBe(most);
    }

    [Theory]
    [InlineData("Host=db;Username=shop_order;Password=topsecret", "PostgreSQL database shop_order at db:5432 as shop_order")]
    [InlineData("Host=one,two:5433;Port=6000;Database=orders;Username=shop_order", "PostgreSQL database orders at one:6000, two:5433 as shop_order")]
    [InlineData("Host=/run/postgresql;Username=shop_order", "PostgreSQL database shop_order at /run/postgresql as shop_order")]
    public async Task A_place_is_told_without_the_password(string connectionString, string location)
    {
        await using var source = new PostgreSqlSource(connectionString);
        source.Location.ShouldBe(location);
    }
}
