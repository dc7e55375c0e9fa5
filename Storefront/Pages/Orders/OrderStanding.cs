using Microsoft.Extensions.Localization;
using Shop.Storefront.Clients;
using Shop.Storefront.Text;

namespace Shop.Storefront.Pages.Orders;

/// <summary>Where an order stands, in a sentence, and what the customer can still ask for.</summary>
/// <param name="History">Null as long as nobody could tell it.</param>
/// <param name="Last">Its last step that is known.</param>
public sealed record OrderStanding(Order Order, OrderHistory? History, OrderProgress? Last)
{
    private bool IsOpen => Order.Status is OrderStatus.Placed or OrderStatus.Confirmed;

    private bool IsWholeReturned => Order.Lines.All(line => line.ReturnedQuantity >= line.Quantity);

    private bool IsPaid => Order.Status == OrderStatus.Confirmed || Last is { Payment: "captured" };

    /// <summary>The customer asked to cancel it, and it is not done yet.</summary>
    public bool IsAsked => IsOpen && HasHappened("order-cancellation-requested.v1");

    /// <summary>It is being undone, whoever wanted that.</summary>
    public bool IsBeingUndone => IsAsked || (IsOpen && Last is { Ended: false, Step: "cancelling" or "compensating" or "closing" });

    public bool CanBeReturned => Order.Status == OrderStatus.Confirmed && !IsBeingUndone;

    public bool CanBeCancelled => IsOpen && !IsBeingUndone && !IsWholeReturned;

    public string Sentence(IStringLocalizer<ShopText> texts) => Order.Status switch
    {
        OrderStatus.Rejected => Reasons.Rejected(texts, Order.Reason),
        OrderStatus.Cancelled when History is null => texts["It was cancelled."],
        OrderStatus.Cancelled when HasHappened("order-confirmed.v1") => texts["It was cancelled. The money went back to your card."],
        OrderStatus.Cancelled => texts["It was cancelled. Nothing is charged."],
        _ when IsBeingUndone && IsPaid => texts["We are taking the order back: the money returns to your card."],
        _ when IsAsked => texts["We are cancelling it. Nothing will be charged."],
        _ when IsBeingUndone => texts["It did not work out. We are giving everything back, and nothing will be charged."],
        OrderStatus.Confirmed when IsWholeReturned && Order.IsReturning => texts["All of it is on its way back."],
        OrderStatus.Confirmed when IsWholeReturned => texts["All of it was returned. The money went back to your card."],
        OrderStatus.Confirmed => texts["It is paid and yours. We are packing it."],
        _ => texts["We are working on it. This page shows each step as it happens."],
    };

    private bool HasHappened(string type) => History?.Events.Any(happened => happened.Type == type) == true;
}
