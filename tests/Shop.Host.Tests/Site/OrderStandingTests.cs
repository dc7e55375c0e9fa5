using Microsoft.Extensions.Localization;
using Shop.Storefront.Clients;
using Shop.Storefront.Pages.Orders;
using Shop.Storefront.Text;

namespace Shop.Host.Tests.Site;

public sealed class OrderStandingTests
{
    private const string Asked = "order-cancellation-requested.v1";
    private const string Confirmed = "order-confirmed.v1";

    [Theory]
    [InlineData("placed", "", "reserved", "We are working on it. This page shows each step as it happens.", true)]
    [InlineData("placed", Asked, "reserved", "We are cancelling it. Nothing will be charged.", false)]
    [InlineData("placed", "", "cancelling", "It did not work out. We are giving everything back, and nothing will be charged.", false)]
    [InlineData("placed", "", "closing", "It did not work out. We are giving everything back, and nothing will be charged.", false)]
    [InlineData("confirmed", Confirmed, "confirmed", "It is paid and yours. We are packing it.", true)]
    [InlineData("confirmed", Confirmed + " " + Asked, "confirmed", "We are taking the order back: the money returns to your card.", false)]
    [InlineData("confirmed", Confirmed, "compensating", "We are taking the order back: the money returns to your card.", false)]
    [InlineData("cancelled", Asked, "cancelled", "It was cancelled. Nothing is charged.", false)]
    [InlineData("cancelled", Confirmed + " " + Asked, "cancelled", "It was cancelled. The money went back to your card.", false)]
    public void It_is_said_as_it_is(string status, string history, string step, string sentence, bool canBeCancelled)
    {
        var standing = Standing(status, history, step);

        (standing.Sentence(new English()), standing.CanBeCancelled).ShouldBe((sentence, canBeCancelled));
    }

    [Theory]
    [InlineData(1, "completed", "It is paid and yours. We are packing it.", true)]
    [InlineData(2, "requested", "All of it is on its way back.", false)]
    [InlineData(2, "completed", "All of it was returned. The money went back to your card.", false)]
    public void What_was_returned_is_not_packed_any_more(int units, string status, string sentence, bool canBeCancelled)
    {
        var returns = new[] { new OrderReturn(Guid.Empty, status, [new("MUG", units)], 100 * units, default) };
        var bought = Standing("confirmed", Confirmed, "confirmed", returned: units);
        var standing = bought with { Order = bought.Order with { Returns = returns } };

        (standing.Sentence(new English()), standing.CanBeCancelled).ShouldBe((sentence, canBeCancelled));
    }

    [Theory]
    [InlineData("generic_decline: Your card was declined.", "Your bank declined the card. Nothing is charged; try another card.")]
    [InlineData("capture_charge_authorization_expired: The charge cannot be captured as the authorization has expired.", "The payment did not go through. Nothing is charged; try another card.")]
    [InlineData("Stock or payment did not answer in time.", "It was not possible: Stock or payment did not answer in time. Nothing is charged.")]
    [InlineData(null, "It was not possible. Nothing is charged.")]
    public void A_refusal_is_told_without_the_providers_words(string? reason, string sentence) =>
        Standing("rejected", "", "rejected", reason).Sentence(new English()).ShouldBe(sentence);

    private static OrderStanding Standing(string status, string history, string step, string? reason = null, int? returned = null) => new(
        new(Guid.Empty, status, reason, [new("MUG", 2, 100, 200, returned)], "GBP", 200, default, null, 1, null),
        new([.. history.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select((type, index) => new OrderEvent(index, type, default))]),
        new(Guid.Empty, step, "", "", 0, null, default, step is "confirmed" or "cancelled" or "rejected", 1));

    private sealed class English : IStringLocalizer<ShopText>
    {
        public LocalizedString this[string name] => new(name, name);

        public LocalizedString this[string name, params object[] arguments] => new(name, string.Format(System.Globalization.CultureInfo.InvariantCulture, name, arguments));

        public IEnumerable<LocalizedString> GetAllStrings(bool includeParentCultures) => [];
    }
}
