using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Shop.Messaging.RabbitMq;

/// <summary>
/// Connects this process to the broker. While the broker is away it asks twice a second, where MassTransit alone would pause for
/// up to half a minute.
/// </summary>
internal sealed partial class BrokerConnection(
    BrokerAddress address, IHostApplicationLifetime lifetime, TimeProvider clock, ILogger<BrokerConnection> logger)
{
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(5);
    public static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(5);
    public static readonly TimeSpan RpcLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LogEvery = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(1);
    private int waiting;

    public BrokerAddress Address => address;

    public bool IsAway => Volatile.Read(ref waiting) > 0;

    /// <summary>A connection of our own, which does not come back by itself when it breaks.</summary>
    /// <param name="purpose">As the broker's list of connections shows it.</param>
    public Task<IConnection> ConnectAsync(string purpose, CancellationToken cancellationToken)
    {
        var factory = new ConnectionFactory
        {
            UserName = address.User,
            Password = address.Password,
            VirtualHost = address.VirtualHost,
            ClientProvidedName = $"{AppDomain.CurrentDomain.FriendlyName} {purpose}",
            RequestedHeartbeat = Heartbeat,
            RequestedConnectionTimeout = ConnectLimit,
            ContinuationTimeout = RpcLimit,
            AutomaticRecoveryEnabled = false,
            TopologyRecoveryEnabled = false,
        };
        factory.Ssl.Enabled = address.Tls;
        return ConnectAsync(factory, factory.ClientProvidedName, cancellationToken);
    }

    /// <summary>Returns when the broker takes connections of our user. MassTransit calls it before each of its own.</summary>
    public async Task WaitAsync(ConnectionFactory factory)
    {
        await using var connection = await ConnectAsync(factory, "is the broker there?", lifetime.ApplicationStopping);
        await connection.CloseAsync(lifetime.ApplicationStopping);
    }

    /// <summary>Closes a connection in the background: one that does not answer may take its time, and nobody waits for it.</summary>
    public static void Drop(IConnection connection) => _ = CloseAsync(connection);

    private static async Task CloseAsync(IConnection dropped)
    {
        try
        {
            await dropped.AbortAsync(Constants.ReplySuccess, "No longer used", CloseLimit);
            await dropped.DisposeAsync();
        }
#pragma warning disable CA1031 // It is out of use already.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }

    private async Task<IConnection> ConnectAsync(ConnectionFactory factory, string name, CancellationToken cancellationToken)
    {
        var endpoints = address.Hosts.Select(host => new AmqpTcpEndpoint(host.Name, host.Port, Ssl(factory, host.Name))).ToList();
        DateTimeOffset? logged = null;
        Interlocked.Increment(ref waiting);
        try
        {
            while (true)
            {
                try
                {
                    var connection = await factory.CreateConnectionAsync(endpoints, name, cancellationToken);
                    if (logged is not null)
                        LogBack(address);
                    return connection;
                }
                catch (Exception error) when (error is BrokerUnreachableException or OperationInterruptedException or IOException or TimeoutException)
                {
                    if (logged is null || clock.GetUtcNow() - logged >= LogEvery)
                    {
                        logged = clock.GetUtcNow();
                        LogWaiting(address, Reason(error));
                    }
                }

                await Task.Delay(Pause, clock, cancellationToken);
            }
        }
        finally
        {
            Interlocked.Decrement(ref waiting);
        }
    }

    private static SslOption Ssl(ConnectionFactory factory, string host) => factory.Ssl.Enabled ? new(host, enabled: true) : new();

    private static string Reason(Exception error) => error.GetBaseException() switch
    {
        AuthenticationFailureException => "it refuses our user or password",
        OperationInterruptedException { ShutdownReason: { } reason } => reason.ReplyText,
        var cause => cause.Message,
    };

    [LoggerMessage(Level = LogLevel.Warning, Message = "Waiting for the broker at {Address} (ConnectionStrings:rabbitmq): {Reason}.")]
    private partial void LogWaiting(BrokerAddress address, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "The broker at {Address} is there.")]
    private partial void LogBack(BrokerAddress address);
}
