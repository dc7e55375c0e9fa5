using MassTransit;
using MassTransit.RabbitMqTransport;
using MassTransit.RabbitMqTransport.Configuration;
using MassTransit.Transports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Shop.Messaging.RabbitMq;

/// <summary>
/// This process's connection to the broker. While the broker is away it asks twice a second, where MassTransit alone would
/// pause for up to half a minute; and it gives up a connection that is open but no longer confirms.
/// </summary>
internal sealed partial class BrokerConnection(
    BrokerAddress address, IServiceProvider provider, IHostApplicationLifetime lifetime, TimeProvider clock, ILogger<BrokerConnection> logger) : ITransportHealth
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LogEvery = TimeSpan.FromSeconds(10);
    private int waiting;
    private int rebuilding;
    private DateTimeOffset connectedAt;

    public bool IsAway => Volatile.Read(ref waiting) > 0;

    /// <summary>Returns when the broker takes connections of our user. MassTransit calls it before each of its own.</summary>
    public async Task WaitAsync(ConnectionFactory factory)
    {
        var stopping = lifetime.ApplicationStopping;
        var endpoints = address.Hosts.Select(host => new AmqpTcpEndpoint(host.Name, host.Port, Ssl(factory, host.Name))).ToList();
        DateTimeOffset? logged = null;
        Interlocked.Increment(ref waiting);
        try
        {
            while (true)
            {
                try
                {
                    await using var connection = await factory.CreateConnectionAsync(endpoints, "is the broker there?", stopping);
                    await connection.CloseAsync(stopping);
                    break;
                }
                catch (Exception error) when (error is BrokerUnreachableException or OperationInterruptedException or IOException or TimeoutException)
                {
                    if (logged is null || clock.GetUtcNow() - logged >= LogEvery)
                    {
                        logged = clock.GetUtcNow();
                        LogWaiting(address, Reason(error));
                    }
                }

                await Task.Delay(Pause, clock, stopping);
            }
        }
        finally
        {
            Interlocked.Decrement(ref waiting);
        }

        connectedAt = clock.GetUtcNow();
        if (logged is not null)
            LogBack(address);
    }

    /// <summary>Aborts the connection; what was sent over it and not confirmed fails, and MassTransit connects anew.</summary>
    public async Task RebuildAsync(DateTimeOffset sentAt)
    {
        // What was sent over an earlier connection says nothing about this one.
        if (IsAway || sentAt <= connectedAt || Interlocked.Exchange(ref rebuilding, 1) == 1)
            return;
        try
        {
            LogRebuilding(address);
            connectedAt = clock.GetUtcNow();
            var host = (IRabbitMqHostConfiguration)provider.GetRequiredService<IBusInstance>().HostConfiguration;
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5), clock);
            await host.ConnectionContextSupervisor.Send(
                Pipe.ExecuteAsync<ConnectionContext>(context => context.Connection.AbortAsync(
                    Constants.InternalError, "No publisher confirm in time", TimeSpan.FromSeconds(1))),
                limit.Token).WaitAsync(limit.Token);
        }
        catch (Exception error) when (error is OperationCanceledException or ConnectionException or AlreadyClosedException)
        {
            // Then it is gone already.
        }
        finally
        {
            Volatile.Write(ref rebuilding, 0);
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

    [LoggerMessage(Level = LogLevel.Warning, Message = "The broker at {Address} does not confirm what we send; connecting anew.")]
    private partial void LogRebuilding(BrokerAddress address);
}
