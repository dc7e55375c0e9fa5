using System.Net.Http.Json;
using Deque.AxeCore.Commons;

namespace Shop.Browser.Tests.Running;

/// <summary>One shop and one browser for the tests of a collection.</summary>
public class Site : IAsyncLifetime
{
    public const string Collection = "Site";

    /// <summary>Of tests that start and break a shop of their own: they wait for much, and do so beside the others.</summary>
    public const string WithoutHost = "Site without a host";
    private const float PatienceMilliseconds = 60_000;

    /// <summary>More than one test has open at once. Pages that nobody looks at any more would go on drawing what happens.</summary>
    private const int OpenMost = 3;

    private static readonly string Axe = new BundledAxeScriptProvider().GetScript();

    private readonly Queue<IBrowserContext> open = new();
    private IPlaywright? playwright;
    private IBrowser? browser;

    internal HostUnderTest Host { get; private set; } = null!;

    public string Url => Host.Url;

    protected virtual bool HasHost => true;

    internal IReadOnlyList<Cookie> OperatorCookies { get; set; } = [];

    public async Task InitializeAsync()
    {
        if (HasHost)
            Host = await HostUnderTest.StartAsync(new Dictionary<string, string?> { ["Sandbox__SlowSeconds"] = "3", ["Audit__PatienceSeconds"] = "10", ["Shop__Accounts__SessionCheckSeconds"] = "2" });
        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Chromium(),
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
    }

    public async Task DisposeAsync()
    {
        if (browser is not null)
            await browser.DisposeAsync();
        playwright?.Dispose();
        if (Host is not null)
            await Host.DisposeAsync();
    }

    /// <summary>A page of a person who has never been here.</summary>
    /// <param name="language"><c>en</c> or <c>zh-CN</c>, as the browser asks for it.</param>
    /// <param name="phone">390 pixels wide.</param>
    /// <param name="url">Of another host than the shared one.</param>
    public async Task<IPage> OpenAsync(string language = "en", bool phone = false, bool dark = false, string? url = null)
    {
        var context = await browser!.NewContextAsync(new()
        {
            BaseURL = url ?? (HasHost ? Url : null),
            Locale = language,
            ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
            ReducedMotion = ReducedMotion.Reduce,
            ViewportSize = phone ? new() { Width = 390, Height = 844 } : new() { Width = 1280, Height = 900 },
        });
        context.SetDefaultTimeout(PatienceMilliseconds);
        await KeepOpenAsync(context);
        Assertions.SetDefaultExpectTimeout(PatienceMilliseconds);
        return await context.NewPageAsync();
    }

    /// <summary>The services over HTTP, with a token of an account.</summary>
    public async Task<HttpClient> ApiAsync(string email)
    {
        var client = new HttpClient { BaseAddress = new(Url) };
        var answer = await client.PostAsJsonAsync("/account/token", new { email, password = Person.Password });
        var token = await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<System.Text.Json.JsonElement>();
        client.DefaultRequestHeaders.Authorization = new("Bearer", token.GetProperty("accessToken").GetString());
        return client;
    }

    /// <summary>Opens an address and waits until the page answers to clicks.</summary>
    public static async Task GoAsync(IPage page, string address)
    {
        await page.GotoAsync(address);
        await InteractiveAsync(page);
    }

    /// <summary>The cart is read by script as soon as the circuit stands: until then a click would be lost.</summary>
    public static Task InteractiveAsync(IPage page) => page.WaitForSelectorAsync("html[data-interactive]", new() { State = WaitForSelectorState.Attached });

    /// <summary>No violation of WCAG 2.1 AA that axe-core calls serious or critical.</summary>
    public static async Task CheckAccessibilityAsync(IPage page) => (await ViolationsAsync(page)).ShouldBeEmpty();

    /// <summary>Violations of WCAG 2.1 AA that axe-core calls serious or critical: where, what, and the elements.</summary>
    public static async Task<string[]> ViolationsAsync(IPage page)
    {
        await page.EvaluateAsync(Axe);
        return await page.EvaluateAsync<string[]>(
            """
            async () => {
              const { violations } = await axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'], resultTypes: ['violations'] });
              return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
                .map(({ id, help, nodes }) => `${location}: ${id}: ${help}: ${nodes.map(node => node.html).join(' | ')}`);
            }
            """);
    }

    private async Task KeepOpenAsync(IBrowserContext context)
    {
        open.Enqueue(context);
        if (open.Count > OpenMost)
            await CloseAsync(open.Dequeue());
    }

    /// <summary>Leaves the pages first, as a person who closes them: whose connection only ends is waited for, and drawn for, for minutes.</summary>
    private static async Task CloseAsync(IBrowserContext context)
    {
        foreach (var page in context.Pages)
            await page.GotoAsync("about:blank");
        await context.CloseAsync();
    }

    private static string Chromium() => new[] { "/usr/bin/chromium-headless-shell", "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome" }.FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException("Chromium was not found. ./test.sh installs it; or install it yourself (Debian: sudo apt-get install chromium-headless-shell).");
}

/// <summary>Only the browser.</summary>
public sealed class SiteWithoutHost : Site
{
    protected override bool HasHost => false;
}

[CollectionDefinition(Site.Collection)]
public sealed class SiteCollection : ICollectionFixture<Site>;

[CollectionDefinition(Site.WithoutHost)]
public sealed class SiteWithoutHostCollection : ICollectionFixture<SiteWithoutHost>;
