using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Shop.Storefront.Clients.Operations;
using Shop.Storefront.Pages.Operations;

namespace Shop.Host.Tests.Operations;

/// <summary>The overview's part on the broker, which a shop of one process does not have.</summary>
public sealed class BrokerQueuesTests
{
    private static readonly OverviewStore[] Nothing = [];
    private static readonly OverviewParts NoParts = new(null, null, null, null);

    [Fact]
    public async Task The_queues_of_all_services_stand_in_one_table()
    {
        var broker = OverviewClient.Merge(
        [
            Said(new([new("saga", 12_345, 2), new("saga.dead", 1, 2)], null)), Said(new([new("order", 0, 0), new("order.dead", null, null)], null)),
        ]).Broker;

        var shown = await RenderAsync(broker, "en");

        shown.ShouldContain("Queues at the broker");
        var rows = shown.Split("<tr>")[2..].Select(row => string.Join(' ', row.Split('>', '<').Where((text, index) => index % 2 == 0 && !string.IsNullOrWhiteSpace(text)).Select(text => text.Trim())));
        rows.ShouldBe(["order 0 0", "order.dead not there yet", "saga 12,345 2", "saga.dead 1 2"]);
    }

    [Theory]
    [InlineData("en", "The broker is away: host:5672/shop as order: it takes no connections")]
    [InlineData("zh-CN", "无法访问消息代理：host:5672/shop as order: it takes no connections")]
    public async Task A_broker_that_is_away_is_said_to_be(string language, string expected)
    {
        var broker = OverviewClient.Merge([Said(new([], "host:5672/shop as order: it takes no connections")), Said(new([new("saga", 0, 2)], null))]).Broker;

        var shown = await RenderAsync(broker, language);

        shown.ShouldContain(expected);
        shown.ShouldContain("saga");
    }

    [Theory]
    [InlineData("en", "In one process: no broker, no queues.")]
    [InlineData("zh-CN", "单进程运行：没有消息代理，也没有队列。")]
    public async Task In_one_process_there_are_none(string language, string expected)
    {
        var shown = await RenderAsync(OverviewClient.Merge([Said(null)]).Broker, language);

        shown.ShouldContain(expected);
        shown.ShouldNotContain("<table");
    }

    private static Overview Said(OverviewBroker? broker) => new(DateTimeOffset.UnixEpoch, "Production", Nothing, NoParts, broker);

    private static async Task<string> RenderAsync(OverviewBroker? broker, string language)
    {
        await using var services = new ServiceCollection().AddLogging().AddLocalization().BuildServiceProvider();
        await using var renderer = new HtmlRenderer(services, NullLoggerFactory.Instance);
        return await renderer.Dispatcher.InvokeAsync(async () =>
        {
            CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo(language);
            var shown = await renderer.RenderComponentAsync<BrokerQueues>(ParameterView.FromDictionary(new Dictionary<string, object?> { [nameof(BrokerQueues.Broker)] = broker }));
            return WebUtility.HtmlDecode(shown.ToHtmlString());
        });
    }
}
