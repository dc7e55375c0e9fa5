using Shop.Browser.Tests.Running;

namespace Shop.Browser.Tests.Shopping;

[Collection(Site.Collection)]
public sealed class CheckoutTests(Site site)
{
    [Fact]
    public async Task On_a_phone_the_first_field_that_is_wrong_comes_into_sight()
    {
        var page = await site.OpenAsync(phone: true);
        await page.SignInAsync(Person.Customer, "/");
        await page.ChooseAsync("MUG-STONE-02");
        await page.FillCheckoutAsync();
        await page.Locator("#city").FillAsync("");

        await page.OrderButton().ClickAsync();

        await Assertions.Expect(page.Locator("#city")).ToBeFocusedAsync();
        await Assertions.Expect(page.Locator("#city")).ToBeInViewportAsync();
        await Assertions.Expect(page.Locator("#city-wrong")).ToHaveTextAsync("Please fill this in.");
    }

    [Fact]
    public async Task An_expiry_is_taken_as_people_and_browsers_write_it()
    {
        var page = await site.OpenAsync();
        await Site.GoAsync(page, "/");

        foreach (var (typed, answer) in new[] { ("12 / 34", "pm_card_visa"), ("1234", "pm_card_visa"), ("1/34", "pm_card_visa"), ("01/2034", "pm_card_visa"), ("01 / 2034", "pm_card_visa"), ("13/34", "expiry"), ("0/34", "expiry"), ("01/20", "expiry"), ("01/2020", "expiry") })
            (await TokenizeAsync(page, typed)).ShouldBe(answer, typed);
    }

    private static Task<string> TokenizeAsync(IPage page, string expiry) => page.EvaluateAsync<string>(
        """
        async expiry => {
          document.getElementById("main").innerHTML = '<input id="card-number" value="4242424242424242"><input id="card-expiry"><input id="card-code" value="123">';
          document.getElementById("card-expiry").value = expiry;
          const { token, wrong } = (await import("/card.js")).tokenize();
          return token ?? wrong;
        }
        """, expiry);
}
