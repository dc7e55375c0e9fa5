using MassTransit;
using MassTransit.RabbitMqTransport;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client.Events;

namespace Shop.Messaging.RabbitMq;

/// <summary>
/// Ends what consumes on a channel that has closed, so that MassTransit begins anew. It does so itself, but for one case: it waits
/// without limit to be told that its consumer is accepted, and RabbitMQ.Client throws that news away with a channel that closes at
/// that moment, as when a broker that has just come back dies again. The queue would then never be read until the process ends.
/// </summary>
/// <param name="patience">What is being handled ends by itself within this time.</param>
internal sealed partial class ClosedChannelFilter(string queue, TimeSpan patience, TimeProvider clock, ILogger<ClosedChannelFilter> logger) : IFilter<ChannelContext>
{
    public void Probe(ProbeContext context) => context.CreateFilterScope("closedChannel");

    /// <exception cref="RabbitMqConnectionException">The channel has closed, and nobody told the consumer.</exception>
    public async Task Send(ChannelContext context, IPipe<ChannelContext> next)
    {
        var closed = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        // Of a channel that is closed already, this tells at once.
        context.Channel.ChannelShutdownAsync += TellAsync;
        try
        {
            var consuming = next.Send(context);
            if (await Task.WhenAny(consuming, closed.Task) != consuming && await Task.WhenAny(consuming, Task.Delay(patience, clock)) != consuming)
            {
                var reason = await closed.Task;
                LogStuck(queue, patience.TotalSeconds, reason);
                throw new RabbitMqConnectionException($"The channel that reads {queue} has closed: {reason}");
            }

            await consuming;
        }
        finally
        {
            context.Channel.ChannelShutdownAsync -= TellAsync;
        }

        Task TellAsync(object sender, ShutdownEventArgs reason)
        {
            closed.TrySetResult(reason.ReplyText);
            return Task.CompletedTask;
        }
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Nobody told the consumer of {Queue} within {Seconds:0} s that its channel has closed ({Reason}); it begins anew on another.")]
    private partial void LogStuck(string queue, double seconds, string reason);
}
