using Shop.Browser.Tests.Running;

namespace Shop.Browser.Tests.Operations;

[Collection(Site.Collection)]
public sealed class MessagesTests(Site site)
{
    [Fact]
    public async Task A_parked_message_is_looked_at_edited_and_sent_again()
    {
        using var api = await site.ApiAsync(Person.Operator);
        var order = (await api.OrderAsync("MUG-STONE-02", "pm_card_chargeDeclined")).GetProperty("orderId").GetGuid();
        await site.SendUnreadableAsync("inventory", "inventory", "CancelStock", """{"orderId":"nobody","reason":"declined"}""");
        var page = await site.OpenConsoleAsync("/console/messages");
        var group = page.GetByRole(AriaRole.Row, new() { Name = "CancelStock" });
        await group.GetByRole(AriaRole.Button, new() { Name = "Look" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Open" }).First.ClickAsync();
        var body = page.GetByLabel("Body");
        await Assertions.Expect(body).ToHaveValueAsync(new System.Text.RegularExpressions.Regex("nobody"));
        await page.LookAsync("console-messages");

        await body.FillAsync("{ not JSON");
        await page.GetByRole(AriaRole.Button, new() { Name = "Send the edited one again" }).ClickAsync();
        await Assertions.Expect(page.GetByText("This is not JSON.")).ToBeVisibleAsync();
        await body.FillAsync($$"""{"orderId":"{{order}}","reason":"declined"}""");
        await page.GetByRole(AriaRole.Button, new() { Name = "Send the edited one again" }).ClickAsync();
        await page.ConfirmAsync("Send it again", "the id was wrong");

        await Assertions.Expect(page.GetByText("The message was sent again.")).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Row, new() { Name = "CancelStock" })).ToHaveCountAsync(0);
        await Site.GoAsync(page, "/console/audit");
        await Assertions.Expect(page.GetByRole(AriaRole.Row, new() { Name = "the id was wrong" })).ToContainTextAsync("message-edited-and-redriven");
    }

    [Fact]
    public async Task A_group_is_sent_again_with_progress()
    {
        for (var number = 0; number < 3; number++)
            await site.SendUnreadableAsync("payment", "payment", "VoidPayment", "no JSON");
        var page = await site.OpenConsoleAsync("/console/messages");
        var group = page.GetByRole(AriaRole.Row, new() { Name = "VoidPayment" });
        await Assertions.Expect(group.GetByText("3", new() { Exact = true })).ToBeVisibleAsync();

        await group.GetByRole(AriaRole.Button, new() { Name = "Send all again" }).ClickAsync();
        await page.ConfirmAsync("Send them again", "to see whether it was the network");

        await Assertions.Expect(page.GetByText("3 of 3 sent again")).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByText("Done. What fails again is parked again.")).ToBeVisibleAsync();
        // Nothing was lost: they cannot be read the second time either.
        await Assertions.Expect(group.GetByText("3", new() { Exact = true })).ToBeVisibleAsync();
    }
}
