using Shop.Browser.Tests.Running;

namespace Shop.Browser.Tests.Accounts;

[Collection(Site.Collection)]
public sealed class AccountPageTests(Site site)
{
    [Fact]
    public async Task One_click_signs_in_as_the_demo_customer_and_one_signs_out_again()
    {
        var page = await site.OpenAsync();
        var refused = RefusedByPolicy(page);
        await page.GotoAsync("/account/sign-in?back=/account");
        await Site.CheckAccessibilityAsync(page);

        await page.GetByRole(AriaRole.Button, new() { Name = "As the customer ada@example.com" }).ClickAsync();

        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Your account");
        await Assertions.Expect(page.Locator("#main")).ToContainTextAsync("ada@example.com");
        await Site.CheckAccessibilityAsync(page);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await Site.InteractiveAsync(page);
        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { Name = "Sign in" })).ToBeVisibleAsync();
        refused.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_wrong_password_is_said_so_and_the_address_need_not_be_typed_again()
    {
        var page = await site.OpenAsync(phone: true);
        await page.GotoAsync("/account/sign-in");

        await page.GetByLabel("E-mail address").FillAsync("somebody@example.com");
        await page.GetByLabel("Password").FillAsync("not the password");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in", Exact = true }).ClickAsync();

        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("The e-mail address or the password is wrong.");
        await Assertions.Expect(page.GetByLabel("E-mail address")).ToHaveValueAsync("somebody@example.com");
        await Site.CheckAccessibilityAsync(page);
    }

    [Fact]
    public async Task A_Chinese_visitor_opens_an_account_and_is_signed_in()
    {
        var page = await site.OpenAsync("zh-CN", phone: true, dark: true);
        await page.GotoAsync("/account/sign-in?back=/account");
        await page.GetByRole(AriaRole.Link, new() { Name = "注册账户" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("注册账户");
        await Site.CheckAccessibilityAsync(page);
        await page.GetByLabel("姓名").FillAsync("李雷");
        await page.GetByLabel("邮箱").FillAsync("ada@example.com");
        await page.GetByLabel("密码").FillAsync("three blue tea pots");
        await page.GetByRole(AriaRole.Button, new() { Name = "注册账户" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("该邮箱已注册");

        await page.GetByLabel("邮箱").FillAsync($"lilei-{Guid.CreateVersion7():N}@example.com");
        await page.GetByLabel("密码").FillAsync("three blue tea pots");
        await page.GetByRole(AriaRole.Button, new() { Name = "注册账户" }).ClickAsync();

        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("我的账户");
        await Assertions.Expect(page.Locator("#main")).ToContainTextAsync("李雷");
    }

    [Fact]
    public async Task Nothing_on_the_shops_own_pages_is_refused_by_our_own_policy()
    {
        var page = await site.OpenAsync();
        var refused = RefusedByPolicy(page);

        foreach (var address in new[] { "/", "/cart", "/account/create" })
            await page.GotoAsync(address, new() { WaitUntil = WaitUntilState.NetworkIdle });

        refused.ShouldBeEmpty();
    }

    /// <summary>What the browser says of scripts and styles that it did not run.</summary>
    private static List<string> RefusedByPolicy(IPage page)
    {
        var refused = new List<string>();
        page.Console += (_, message) =>
        {
            if (message.Text.Contains("Content Security Policy", StringComparison.OrdinalIgnoreCase))
                refused.Add(message.Text);
        };
        return refused;
    }
}
