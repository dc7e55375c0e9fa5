using Shop.EventSourcing;

namespace Shop.Inventory;

/// <summary>What people may ask of the stock of one product; orders go through <see cref="ReservationDecider"/>.</summary>
public abstract record StockCommand
{
    private StockCommand()
    {
    }

    public sealed record Receive(string Sku, int Quantity, string? Reference) : StockCommand;

    public sealed record Adjust(string Sku, int Delta, string Reason) : StockCommand;
}

public static class StockDecider
{
    private const int MaxTextLength = 200;

    /// <exception cref="DomainException">The request is wrong, or would take reserved units away.</exception>
    public static IReadOnlyList<StockEvent> Decide(StockCommand command, StockItem state)
    {
        switch (command)
        {
            case StockCommand.Receive receive:
                Require(receive.Quantity is >= 1 and <= ProductRules.MaxUnits, "quantity", $"quantity must be between 1 and {ProductRules.MaxUnits} units.");
                Require(receive.Reference is null || IsText(receive.Reference), "reference", $"reference must be 1 to {MaxTextLength} printable characters, or left out.");
                return [new StockEvent.Received(receive.Sku, receive.Quantity, receive.Reference)];

            case StockCommand.Adjust adjust:
                Require(adjust.Delta != 0 && Math.Abs((long)adjust.Delta) <= ProductRules.MaxUnits, "delta", $"delta must be a number of units found (positive) or lost (negative), at most {ProductRules.MaxUnits}, and not 0.");
                Require(IsText(adjust.Reason), "reason", $"reason must be 1 to {MaxTextLength} printable characters that say why.");
                Require(
                    state.Available + adjust.Delta >= 0, "delta",
                    $"Only {state.Available} units of {adjust.Sku} are available ({state.OnHand} on hand, {state.Reserved} reserved): delta must be at least {-state.Available}.",
                    "stock-would-be-negative");
                return [new StockEvent.Adjusted(adjust.Sku, adjust.Delta, adjust.Reason)];

            default:
                throw new InvalidOperationException($"Stock has no decision for {command.GetType().Name}.");
        }
    }

    private static bool IsText(string text) => !string.IsNullOrWhiteSpace(text) && text.Length <= MaxTextLength && !text.Any(char.IsControl);

    private static void Require(bool holds, string field, string message, string code = "invalid-stock-change")
    {
        if (!holds)
            throw new DomainException(code, message) { Field = field };
    }
}
