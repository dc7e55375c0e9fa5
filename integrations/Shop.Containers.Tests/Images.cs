namespace Shop.Containers.Tests;

/// <summary>The images of the containers; a test holds them to docker-compose.yml's.</summary>
internal static class Images
{
    public const string RabbitMq = "rabbitmq:4.1.4-management";
    public const string PostgreSql = "postgres:15.18-bookworm";
    public const string SqlServer = "mcr.microsoft.com/mssql/server:2022-CU14-ubuntu-22.04";
}
