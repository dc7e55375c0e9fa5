namespace Shop.Browser.Tests.Running;

/// <summary>How an operator gets to the console, and acts there.</summary>
internal static class OperatorPages
{
    /// <summary>Signs in as the demo operator and opens a page of the console.</summary>
    public static async Task<IPage> OpenConsoleAsync(this Site site, string address, string language = "en", bool phone = false, bool dark = false)
    {
        var page = await site.OpenAsync(language, phone, dark);
        await page.GotoAsync($"/account/sign-in?back={Uri.EscapeDataString(address)}");
        await page.Locator("button[value='operator@example.com']").ClickAsync();
        await Site.InteractiveAsync(page);
        return page;
    }

    /// <summary>Answers the question that an action asks, with a reason.</summary>
    public static async Task ConfirmAsync(this IPage page, string button, string reason)
    {
        var question = page.GetByRole(AriaRole.Alertdialog);
        await question.GetByLabel("Reason").FillAsync(reason);
        await question.GetByRole(AriaRole.Button, new() { Name = button, Exact = true }).ClickAsync();
    }

    /// <summary>Keeps a picture where <c>SHOP_SCREENSHOTS</c> names a folder, for people to look at.</summary>
    public static async Task PictureAsync(this IPage page, string name)
    {
        if (Environment.GetEnvironmentVariable("SHOP_SCREENSHOTS") is { Length: > 0 } folder)
            await page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{name}.png"), FullPage = true });
    }
}
