using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;

namespace Shop.TestServers;

/// <summary>
/// A RabbitMQ node of the tests' own, on loopback ports that it keeps for all its lives. It has the virtual host <c>shop</c>,
/// a user per service and the management plugin.
/// </summary>
public abstract class RabbitMqBroker : IAsyncDisposable
{
    public const string VirtualHost = "shop";
    protected const string Administrator = "admin";

    private readonly string[] users;

    /// <param name="users">One per service; each may do everything in the virtual host.</param>
    protected RabbitMqBroker(IReadOnlyList<string> users)
    {
        this.users = [.. users, Administrator];
        Management = new(new($"http://127.0.0.1:{ManagementPort}"), Administrator, Password);
    }

    /// <summary>Where AMQP is spoken.</summary>
    public int Port { get; } = Ports.Free();

    public RabbitMqManagement Management { get; }

    protected int ManagementPort { get; } = Ports.Free();

    /// <summary>Of every user.</summary>
    protected string Password { get; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12));

    /// <summary>Where the node itself listens for AMQP.</summary>
    protected abstract int ListenerPort { get; }

    /// <summary>Users, virtual host and permissions, as the node reads them at its first start.</summary>
    protected string Definitions => JsonSerializer.Serialize(new
    {
        users = users.Select(user => new { name = user, password = Password, tags = user == Administrator ? "administrator" : "" }),
        vhosts = new[] { new { name = VirtualHost } },
        permissions = users.Select(user => new { user, vhost = VirtualHost, configure = ".*", write = ".*", read = ".*" }),
    });

    /// <summary>As <c>kill -9</c>.</summary>
    public abstract Task KillAsync();

    /// <summary>Starts the node on its data, and waits until it serves.</summary>
    public abstract Task RestartAsync();

    /// <summary>Address of the broker for a user, straight or through a proxy.</summary>
    public string ConnectionString(string user, int? port = null) =>
        string.Create(CultureInfo.InvariantCulture, $"amqp://{user}:{Password}@127.0.0.1:{port ?? Port}/{VirtualHost}");

    /// <summary>Puts an empty virtual host in the place of the one there is.</summary>
    public async Task EmptyAsync()
    {
        await Management.DeleteAsync($"/api/vhosts/{VirtualHost}");
        await Management.PutAsync($"/api/vhosts/{VirtualHost}", new { });
        foreach (var user in users)
            await Management.PutAsync($"/api/permissions/{VirtualHost}/{user}", new { configure = ".*", write = ".*", read = ".*" });
    }

    public virtual ValueTask DisposeAsync()
    {
        Management.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>Whether the node serves.</summary>
    protected async Task<bool> IsOpenAsync()
    {
        try
        {
            return await Management.IsListeningAsync(ListenerPort) && await Management.IsRunningAsync(VirtualHost);
        }
        catch (Exception error) when (error is HttpRequestException or OperationCanceledException)
        {
            return false;
        }
    }
}
