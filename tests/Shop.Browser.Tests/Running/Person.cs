namespace Shop.Browser.Tests.Running;

/// <summary>What people do over and over.</summary>
internal static class Person
{
    public const string Customer = "ada@example.com";
    public const string Operator = "operator@example.com";
    public const string Password = "Shop-demo-1";

    public static async Task SignInAsync(this IPage page, string email, string back)
    {
        await page.GotoAsync($"/account/sign-in?back={Uri.EscapeDataString(back)}");
        await page.FillSignInAsync(email);
        await Site.InteractiveAsync(page);
    }

    public static async Task FillSignInAsync(this IPage page, string email)
    {
        await page.Locator("#email").FillAsync(email);
        await page.Locator("#password").FillAsync(Password);
        await page.Locator("main form button[type=submit]").First.ClickAsync();
    }

    /// <summary>Puts one product into the cart and goes to the checkout, which asks who it is.</summary>
    public static async Task ChooseAsync(this IPage page, string sku)
    {
        await Site.GoAsync(page, $"/p/{sku}");
        await page.Locator("form.quantity button").ClickAsync();
        await page.Locator(".notice.good a[href='/cart']").ClickAsync();
        await page.Locator("a[href='/checkout']").ClickAsync();
    }

    /// <param name="card">Which of the offered test cards, from 0.</param>
    public static async Task FillCheckoutAsync(this IPage page, int card = 0)
    {
        await page.Locator("#street").FillAsync("12 Analytical Way");
        await page.Locator("#postal-code").FillAsync("SW1Y 4LE");
        await page.Locator("#city").FillAsync("London");
        await page.Locator("fieldset .chip").Nth(card).ClickAsync();
        await Assertions.Expect(page.Locator("#card-code")).ToHaveValueAsync("123");
    }

    public static ILocator OrderButton(this IPage page) => page.Locator(".split .card > button[type=submit]");

    /// <summary>Buys one product as the demo customer.</summary>
    /// <returns>The order's id.</returns>
    public static async Task<string> BuyAsync(this IPage page, string sku, int card = 0)
    {
        await page.SignInAsync(Customer, "/");
        await page.ChooseAsync(sku);
        await page.FillCheckoutAsync(card);
        await page.OrderButton().ClickAsync();
        await page.WaitForURLAsync("**/my/orders/*");
        return page.Url[(page.Url.LastIndexOf('/') + 1)..];
    }
}
