using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Shop.EventSourcing.Storage;
using Shop.EventSourcing.Storage.Sqlite;

namespace Shop.Browser.Tests.Running;

/// <summary>What operators do over and over, and what goes wrong for them to find.</summary>
internal static class OperatorPages
{
    /// <summary>Opens a page of the console as the demo operator, who signs in once and comes back with the cookie that they got.</summary>
    public static async Task<IPage> OpenConsoleAsync(this Site site, string address, string language = "en", bool phone = false, bool dark = false)
    {
        var page = await site.OpenAsync(language, phone, dark);
        if (site.OperatorCookies.Count > 0)
        {
            await page.Context.AddCookiesAsync(site.OperatorCookies);
            await Site.GoAsync(page, address);
            return page;
        }

        await page.SignInAsync(Person.Operator, address);
        site.OperatorCookies = [.. (await page.Context.CookiesAsync()).Select(cookie => new Cookie { Name = cookie.Name, Value = cookie.Value, Url = site.Url })];
        return page;
    }

    /// <summary>Answers the question that an action asks, with a reason.</summary>
    public static async Task ConfirmAsync(this IPage page, string button, string reason)
    {
        var question = page.GetByRole(AriaRole.Alertdialog);
        await question.GetByLabel("Reason").FillAsync(reason);
        await question.GetByRole(AriaRole.Button, new() { Name = button, Exact = true }).ClickAsync();
        await Assertions.Expect(question).ToHaveCountAsync(0);
    }

    /// <summary>Checks it, and keeps a picture where <c>SHOP_SCREENSHOTS</c> names a folder, for people to look at.</summary>
    public static async Task LookAsync(this IPage page, string name)
    {
        if (Environment.GetEnvironmentVariable("SHOP_SCREENSHOTS") is { Length: > 0 } folder)
            await page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{name}.png"), FullPage = true });
        await Site.CheckAccessibilityAsync(page);
    }

    /// <summary>Orders one unit, as an operator does for a customer.</summary>
    public static async Task<JsonElement> OrderAsync(this HttpClient api, string sku, string card = "pm_card_visa", string? customerId = null, int waitSeconds = 30)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/orders")
        {
            Content = JsonContent.Create(new
            {
                customerId,
                lines = new[] { new { sku, quantity = 1 } },
                currency = "GBP",
                paymentMethod = card,
                customer = customerId is null ? null : new { name = "Erin Erased", email = "erin@example.org" },
            }),
        };
        request.Headers.Add("Idempotency-Key", Guid.CreateVersion7().ToString());
        request.Headers.Add("Prefer", $"wait={waitSeconds}");
        using var answer = await api.SendAsync(request);
        return await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>();
    }

    /// <summary>Puts something into a store behind the host's back, as a mistake in another program would.</summary>
    public static async Task SneakAsync(this Site site, string store, WriteSet set)
    {
        await using var engine = new SqliteEngine(Path.Combine(site.Host.Data, $"{store}.db"), []);
        await engine.InitializeAsync([], default);
        await engine.CommitAsync([set], default);
    }

    /// <summary>A message that nobody can read: the host will park it.</summary>
    public static Task SendUnreadableAsync(this Site site, string store, string queue, string type, string body) => site.SneakAsync(store, new()
    {
        Outbox = [new(Guid.CreateVersion7(), $"queue:{queue}", "application/json", $"urn:message:Shop.Contracts:{type}", Encoding.UTF8.GetBytes(body), null, TimeProvider.System.GetUtcNow().AddMinutes(-1), TimeProvider.System.GetUtcNow().AddMinutes(-1))],
    });
}
