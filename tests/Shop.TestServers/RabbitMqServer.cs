using System.Globalization;

namespace Shop.TestServers;

/// <summary>
/// A private RabbitMQ node in a temporary folder: free loopback ports, a name, a cookie and a port mapper of its own, so that
/// it meets no other node of the machine.
/// </summary>
public sealed class RabbitMqServer : RabbitMqBroker
{
    private static readonly TimeSpan StartTime = TimeSpan.FromMinutes(4);

    private readonly string folder = Directory.CreateTempSubdirectory("shop-rabbitmq-").FullName;
    private readonly int portMapper = Ports.Free();
    private readonly int distribution = Ports.Free();
    private ChildProcess? epmd;
    private ChildProcess? node;

    private RabbitMqServer(IReadOnlyList<string> users) : base(users)
    {
    }

    protected override int ListenerPort => Port;

    /// <param name="users">One per service; each may do everything in the virtual host.</param>
    public static async Task<RabbitMqServer> StartAsync(params IReadOnlyList<string> users)
    {
        var server = new RabbitMqServer(users);
        try
        {
            server.Configure();
            // A node without one starts a port mapper that outlives it.
            server.epmd = await ChildProcess.StartAsync(server.Child(
                Programs.Find("epmd", "/usr/bin") ?? throw NotInstalled("epmd"), ["-address", "127.0.0.1", "-port", server.portMapper.ToString(CultureInfo.InvariantCulture)]));
            await server.RestartAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public override async Task RestartAsync()
    {
        node = await ChildProcess.StartAsync(Child(FindServer(), []));
        await node.UntilAsync(IsOpenAsync, "RabbitMQ", StartTime);
    }

    public override async Task KillAsync() => await node!.KillAsync();

    /// <summary>SIGTERM: the node closes its connections and its queues.</summary>
    public Task StopAsync() => node!.TerminateAsync(StartTime);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (node is not null)
            await node.DisposeAsync();
        if (epmd is not null)
            await epmd.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private void Configure()
    {
        File.WriteAllText(Under("definitions.json"), Definitions);
        // Less memory set aside for the log of the quorum queues than a server would want.
        File.WriteAllText(Under("rabbitmq.conf"), $"""
            listeners.tcp.1 = 127.0.0.1:{Port}
            management.tcp.ip = 127.0.0.1
            management.tcp.port = {ManagementPort}
            load_definitions = {Under("definitions.json")}
            raft.wal_max_size_bytes = 67108864
            vm_memory_high_watermark.absolute = 2GB
            disk_free_limit.absolute = 50MB
            log.console = true
            log.console.level = info
            log.file = false

            """);
        File.WriteAllText(Under("enabled_plugins"), "[rabbitmq_management].\n");
        File.WriteAllText(Under("rabbitmq-env.conf"), "");
    }

    private ChildStart Child(string program, IReadOnlyList<string> arguments) => new(program, arguments, Under($"{Path.GetFileName(program)}.log"))
    {
        WorkingDirectory = folder,
        Environment = new Dictionary<string, string?>
        {
            ["HOME"] = folder,
            ["ERL_EPMD_PORT"] = portMapper.ToString(CultureInfo.InvariantCulture),
            ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
            ["ERL_CRASH_DUMP_SECONDS"] = "0",
            ["RABBITMQ_NODENAME"] = $"shop-{portMapper}@localhost",
            ["RABBITMQ_DIST_PORT"] = distribution.ToString(CultureInfo.InvariantCulture),
            ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "-kernel inet_dist_use_interface {127,0,0,1}",
            ["RABBITMQ_MNESIA_BASE"] = Under("data"),
            ["RABBITMQ_LOG_BASE"] = Under("log"),
            ["RABBITMQ_CONFIG_FILE"] = Under("rabbitmq.conf"),
            ["RABBITMQ_ADVANCED_CONFIG_FILE"] = Under("advanced.config"),
            ["RABBITMQ_CONF_ENV_FILE"] = Under("rabbitmq-env.conf"),
            ["RABBITMQ_ENABLED_PLUGINS_FILE"] = Under("enabled_plugins"),
            ["RABBITMQ_PID_FILE"] = Under("pid"),
            // Makes the start script become the node, instead of waiting for it.
            ["RUNNING_UNDER_SYSTEMD"] = "true",
            ["NOTIFY_SOCKET"] = null,
        },
    };

    private string Under(string name) => Path.Combine(folder, name);

    /// <summary>Debian's <c>rabbitmq-server</c> on the PATH is a wrapper for its system-wide node.</summary>
    private static string FindServer() => Programs.Find("rabbitmq-server", "/usr/lib/rabbitmq/bin") ?? throw NotInstalled("rabbitmq-server");

    private static InvalidOperationException NotInstalled(string program) =>
        new($"RabbitMQ's {program} was not found. Install RabbitMQ 3.10 or later (Debian: rabbitmq-server), or run ./test.sh as root, which does.");
}
