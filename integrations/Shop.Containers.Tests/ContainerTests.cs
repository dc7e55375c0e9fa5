using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Docker.DotNet.Models;
using DotNet.Testcontainers.Configurations;

namespace Shop.Containers.Tests;

/// <summary>The containers as they would be created.</summary>
public sealed class ContainerTests
{
    [Theory]
    [InlineData(Images.RabbitMq)]
    [InlineData(Images.PostgreSql)]
    [InlineData(Images.SqlServer)]
    public void An_image_is_pinned_as_in_compose(string image)
    {
        var repository = image[..image.LastIndexOf(':')];

        File.ReadLines(Repository.PathOf("docker-compose.yml")).Select(line => Regex.Match(line, @"^\s*image:\s*(\S+)").Groups[1].Value)
            .Where(pinned => pinned.StartsWith($"{repository}:", StringComparison.Ordinal)).ShouldBe([image]);
    }

    [Fact]
    public async Task The_broker_has_composes_settings_the_services_users_and_ports_on_loopback()
    {
        await using var broker = new RabbitMqContainerBroker(["order", "saga"]);
        var container = ConfigurationOf(broker.Configure());

        container.Image.FullName.ShouldBe(Images.RabbitMq);
        container.PortBindings["5672"].ShouldBe($"{broker.Port}");
        container.PortBindings["15672"].ShouldNotBeNullOrEmpty();
        container.Hostname.ShouldBe("rabbitmq");
        var files = await FilesAsync(container);
        files["/etc/rabbitmq/conf.d/20-shop.conf"].ShouldBe(await File.ReadAllTextAsync(Repository.PathOf("deploy/rabbitmq/rabbitmq.conf")));
        files["/etc/rabbitmq/conf.d/30-drills.conf"].ShouldContain("/etc/rabbitmq/definitions.json");
        var definitions = JsonElement.Parse(files["/etc/rabbitmq/definitions.json"]);
        definitions.GetProperty("users").EnumerateArray().Select(user => user.GetProperty("name").GetString()).ShouldBe(["order", "saga", "admin"]);
        definitions.GetProperty("users")[0].GetProperty("password").GetString().ShouldBe(new Uri(broker.ConnectionString("order")).UserInfo["order:".Length..]);
    }

    [Fact]
    public async Task PostgreSQL_keeps_what_it_has_acknowledged_when_it_is_killed()
    {
        await using var server = new PostgreSqlContainerServer();
        var container = ConfigurationOf(server.Configure());

        container.Image.FullName.ShouldBe(Images.PostgreSql);
        container.PortBindings["5432"].ShouldBe($"{server.Port}");
        container.Command.ShouldContain("max_connections=300");
        container.Command.ShouldNotContain(setting => setting.Contains("synchronous_commit", StringComparison.Ordinal));
        container.Command.ShouldNotContain(setting => setting.Contains("full_page_writes", StringComparison.Ordinal));
    }

    [Fact]
    public async Task SQL_Server_has_a_password_of_its_own()
    {
        await using var one = new SqlServerContainer();
        await using var other = new SqlServerContainer();
        var container = ConfigurationOf(one.Configure());

        container.Image.FullName.ShouldBe(Images.SqlServer);
        container.PortBindings["1433"].ShouldBe($"{one.Port}");
        container.Environments["MSSQL_SA_PASSWORD"].ShouldMatch("^(?=.*[A-Z])(?=.*[a-z])(?=.*[0-9]).{12,}$");
        container.Environments["MSSQL_SA_PASSWORD"].ShouldNotBe(ConfigurationOf(other.Configure()).Environments["MSSQL_SA_PASSWORD"]);
    }

    [Fact]
    public async Task Nobody_is_let_in_from_other_machines()
    {
        await using var broker = new RabbitMqContainerBroker([]);
        await using var postgres = new PostgreSqlContainerServer();
        await using var sqlServer = new SqlServerContainer();

        foreach (var container in (IContainerConfiguration[])[ConfigurationOf(broker.Configure()), ConfigurationOf(postgres.Configure()), ConfigurationOf(sqlServer.Configure())])
        {
            var binding = new PortBinding { HostPort = "12345" };
            var parameters = new CreateContainerParameters { HostConfig = new() { PortBindings = new Dictionary<string, IList<PortBinding>> { ["1/tcp"] = [binding] } } };
            foreach (var modify in container.ParameterModifiers)
                modify(parameters);

            binding.HostIP.ShouldBe("127.0.0.1");
        }
    }

    /// <summary>What a builder was told, which it shows to nobody.</summary>
    private static IContainerConfiguration ConfigurationOf(object builder) => (IContainerConfiguration)builder.GetType()
        .GetProperty("DockerResourceConfiguration", BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)!.GetValue(builder)!;

    private static async Task<Dictionary<string, string>> FilesAsync(IContainerConfiguration container)
    {
        var files = new Dictionary<string, string>();
        foreach (var mapping in container.ResourceMappings)
            files[mapping.Target] = Encoding.UTF8.GetString(await mapping.GetAllBytesAsync());
        return files;
    }
}
