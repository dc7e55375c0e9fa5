using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Shop.Messaging.Measuring;
using Shop.ServiceDefaults.Telemetry;

namespace Shop.ServiceDefaults.Tests;

public sealed class LineFormatterTests
{
    private static readonly Guid OrderId = Guid.CreateVersion7();

    private readonly LoggerExternalScopeProvider scopes = new();

    [Fact]
    public void A_line_has_instant_level_category_message_order_and_trace()
    {
        using var activity = new Activity("request").SetIdFormat(ActivityIdFormat.W3C).Start();
        using var scope = scopes.Push(new OrderScope(OrderId));

        Write("Two\nlines", null).ShouldBe($"1970-01-01T00:00:00.000Z WARN  Shop.Test: Two lines order={OrderId} trace={activity.TraceId}\n");
    }

    [Fact]
    public void Without_order_and_trace_it_is_just_the_message()
    {
        Write("It went wrong.", null).ShouldBe("1970-01-01T00:00:00.000Z WARN  Shop.Test: It went wrong.\n");
    }

    [Fact]
    public void An_exception_follows_indented()
    {
        Write("It went wrong.", new InvalidOperationException("broken on purpose")).ShouldBe(
            "1970-01-01T00:00:00.000Z WARN  Shop.Test: It went wrong.\n    System.InvalidOperationException: broken on purpose\n");
    }

    private string Write(string message, Exception? exception)
    {
        using var text = new StringWriter { NewLine = "\n" };
        new LineFormatter(new Epoch()).Write(
            new LogEntry<string>(LogLevel.Warning, "Shop.Test", default, message, exception, (state, _) => state), scopes, text);
        return text.ToString();
    }

    private sealed class Epoch : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch;
    }
}
