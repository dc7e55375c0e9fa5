using System.Text.Json.Serialization;
using Shop.EventSourcing;

namespace Shop.Inventory;

/// <summary>A delivery that was booked; written with the stock that it brought.</summary>
public abstract record ReceiptEvent
{
    private ReceiptEvent()
    {
    }

    // Stored format: never edit, add a version.
    public sealed record Booked(int Quantity) : ReceiptEvent;

    public static EventTypes Types { get; } = new EventTypes().Add("receipt-booked.v1", ReceiptJson.Default.Booked);
}

/// <summary>
/// The fence of one delivery of one product: a stream of one event, so that a reference is booked once, forever, and the
/// stock itself need not remember references.
/// </summary>
/// <param name="Quantity">Units booked, 0 while open.</param>
public sealed record Receipt(int Quantity)
{
    public static readonly Aggregate<Receipt, ReceiptEvent> Aggregate = new("receipt", new(0), Evolve, ReceiptEvent.Types);

    /// <summary>References belong to one product, since a delivery note names many. A SKU has no slash.</summary>
    public static string Id(string sku, string reference) => $"{sku}/{reference}";

    /// <returns>True when the units must be booked now, false when they were.</returns>
    /// <exception cref="DomainException">The reference was booked with another quantity.</exception>
    public static bool IsOpen(Receipt state, StockCommand.Receive command) =>
        state.Quantity == 0
        || (state.Quantity == command.Quantity
            ? false
            : throw new DomainException(
                "reference-used",
                $"{state.Quantity} units of {command.Sku} were already received as {command.Reference}. Give another delivery another reference, or correct this one with POST /stock/{command.Sku}/adjust.",
                conflict: true)
            { Field = "quantity" });

    private static Receipt Evolve(Receipt state, ReceiptEvent @event) => @event switch
    {
        ReceiptEvent.Booked booked => new(booked.Quantity),
        _ => throw new InvalidOperationException($"A receipt cannot take {@event.GetType().Name}."),
    };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ReceiptEvent.Booked))]
internal sealed partial class ReceiptJson : JsonSerializerContext;
