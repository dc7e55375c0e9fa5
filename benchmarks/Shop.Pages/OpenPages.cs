using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Playwright;

namespace Shop.Pages;

/// <summary>Chromium with one page of the overview and the others of orders, each an own circuit, none of which is ever loaded again.</summary>
internal sealed class OpenPages : IAsyncDisposable
{
    private const string Password = "Shop-demo-1";
    private const string Confirmed = "main h1 .tag.good";
    private const string Reconnecting = "dialog[open]";
    private const string OrdersEnded = "main .charts [role=img]";

    private readonly List<IPage> orders = [];
    private readonly ConcurrentBag<string> errors = [];
    private readonly IPlaywright playwright;
    private readonly IBrowser browser;
    private IPage overview = null!;
    private string first = "";

    private OpenPages(IPlaywright playwright, IBrowser browser)
    {
        this.playwright = playwright;
        this.browser = browser;
    }

    public static async Task<OpenPages> OpenAsync(Uri url, int pages)
    {
        var playwright = await Playwright.CreateAsync();
        var opened = new OpenPages(playwright, await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = "/usr/bin/chromium",
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        }));
        await opened.OpenOverviewAsync(url);
        await opened.OpenOrdersAsync(url, pages - 1);
        return opened;
    }

    /// <returns>True when every page followed to the end.</returns>
    public async Task<bool> ReportAsync(TextWriter output)
    {
        var confirmed = 0;
        var lost = await overview.Locator(Reconnecting).CountAsync();
        foreach (var page in orders)
        {
            confirmed += await page.Locator(Confirmed).CountAsync();
            lost += await page.Locator(Reconnecting).CountAsync();
        }

        var last = await overview.Locator(OrdersEnded).GetAttributeAsync("aria-label") ?? "";
        await output.WriteLineAsync($"{confirmed} of {orders.Count} pages of orders show them confirmed; {lost} pages have lost their connection; {errors.Count} errors in the browser");
        await output.WriteLineAsync($"the overview, when opened:  {first}\nthe overview, at the end:   {last}");
        foreach (var error in errors.Distinct().Take(5))
            await output.WriteLineAsync($"  {error}");
        return confirmed == orders.Count && lost == 0 && errors.IsEmpty && last != first;
    }

    public async ValueTask DisposeAsync()
    {
        await browser.DisposeAsync();
        playwright.Dispose();
    }

    private async Task OpenOverviewAsync(Uri url)
    {
        overview = await SignInAsync(url, "operator@example.com", "/console");
        first = await overview.Locator(OrdersEnded).GetAttributeAsync("aria-label") ?? "";
    }

    /// <summary>Orders whose card takes the provider seconds, so that the pages have something to follow.</summary>
    private async Task OpenOrdersAsync(Uri url, int count)
    {
        if (count == 0)
            return;
        using var client = new HttpClient { BaseAddress = url };
        var token = await PostAsync(client, "/account/token", new { email = "ada@example.com", password = Password });
        client.DefaultRequestHeaders.Authorization = new("Bearer", token.GetProperty("accessToken").GetString());
        var context = (await SignInAsync(url, "ada@example.com", "/my/orders")).Context;
        for (var number = 0; number < count; number++)
        {
            var order = await PostAsync(client, "/orders", new
            {
                lines = new[] { new { sku = "MUG-STONE-01", quantity = 1 } },
                currency = "GBP",
                paymentMethod = "pm_card_slow",
            });
            var page = Watched(await context.NewPageAsync());
            await page.GotoAsync(new Uri(url, $"/my/orders/{order.GetProperty("orderId").GetString()}").ToString());
            orders.Add(page);
        }
    }

    private async Task<IPage> SignInAsync(Uri url, string email, string back)
    {
        var page = Watched(await (await browser.NewContextAsync()).NewPageAsync());
        await page.GotoAsync(new Uri(url, $"/account/sign-in?back={Uri.EscapeDataString(back)}").ToString());
        await page.Locator("#email").FillAsync(email);
        await page.Locator("#password").FillAsync(Password);
        await page.Locator("main form button[type=submit]").First.ClickAsync();
        await page.WaitForSelectorAsync("html[data-interactive]", new() { State = WaitForSelectorState.Attached });
        return page;
    }

    private IPage Watched(IPage page)
    {
        page.PageError += (_, error) => errors.Add(error);
        return page;
    }

    private static async Task<JsonElement> PostAsync(HttpClient client, string address, object body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = JsonContent.Create(body) };
        request.Headers.Add("Idempotency-Key", Guid.CreateVersion7().ToString());
        using var answer = await client.SendAsync(request);
        return await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>();
    }
}
