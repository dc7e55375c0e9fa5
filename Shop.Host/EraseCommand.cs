using System.Globalization;
using Shop.EventSourcing;
using Shop.EventSourcing.Projections;
using Shop.EventSourcing.Protection;
using Shop.EventSourcing.Storage;
using Shop.Ordering;
using Shop.Storefront.Accounts;

namespace Shop.Host;

/// <summary>Erases a customer's personal data, and the account, in a data folder that no shop runs on.</summary>
internal static class EraseCommand
{
    /// <returns>0 when it is erased, 1 when there is nothing to erase.</returns>
    public static async Task<int> RunAsync(
        string data, string? customerId, Guid? orderId, string by, string reason, TextWriter output, CancellationToken cancellationToken)
    {
        if (customerId is null == orderId is null)
            throw new StartException("Name whose data to erase: either --customer ID, or --order ID of a guest's order.");
        try
        {
            OrderRules.CheckKnownCustomer(customerId);
            ErasureEndpoints.Check(by, reason);
        }
        catch (DomainException invalid)
        {
            throw new StartException($"--{(invalid.Field == "customerId" ? "customer" : invalid.Field)}: {invalid.Message}", invalid);
        }

        var definition = OrderingModuleExtensions.Store;
        var file = Path.Combine(data, definition.Name + ".db");
        if (!File.Exists(file))
            throw new StartException($"{file} does not exist. Name the folder of a shop that has run with --data. A running or distributed shop erases by POST /customers/{{id}}/erase.");
        using var folder = DataFolder.Open(data);
        await using var store = new EventStore(definition.Name, Stores.OpenSqlite(data, definition), definition.InlineProjections, TimeProvider.System);
        await store.OpenAsync(SchemaScript.FromAssembly(definition.Schema, "Sqlite"), cancellationToken);
        if (customerId is not null)
            await CustomerErasures.RecordAsync(store, customerId, TimeProvider.System, cancellationToken);
        var erasure = await Erasing.EraseAsync(
            store, OrderPersonalData.SubjectOf(customerId, orderId ?? default), by, reason, evenWithoutKey: customerId is not null, cancellationToken);

        // The erasure is an event: read models are as up to date as they were, so that an audit finds nothing behind.
        foreach (var projection in definition.AsyncProjections)
        {
            using var runner = new ProjectionRunner(store, projection);
            await runner.CatchUpAsync(cancellationToken);
        }

        // Last: the next shop on the folder does it by what was recorded, should this process end before.
        return Print(output, erasure, customerId is null ? null : await EmbeddedAccounts.EraseAsync(data, customerId, cancellationToken));
    }

    /// <param name="accounts">Null: there are none.</param>
    private static int Print(TextWriter output, Erasure? erasure, ErasedAccounts? accounts)
    {
        if (erasure is null or { KeysDestroyed: 0 } && accounts is null or { Erased: [], Kept: [] })
        {
            output.WriteLine("There is nothing to erase: no order of this id ever held a name, e-mail or address, and no account has it. Check the id.");
            return 1;
        }

        if (erasure is { KeysDestroyed: > 0 })
        {
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"Erased {erasure.Subject} at {erasure.ErasedAt:u}, by {erasure.By}: {erasure.Reason}. Keys destroyed: {erasure.KeysDestroyed}."));
        }

        if (accounts is { Erased.Count: > 0 })
            output.WriteLine("The account of this id is erased.");
        if (accounts is { Kept.Count: > 0 })
            output.WriteLine("The account of this id is an operator's, and is not erased.");
        if (erasure is { Purged: false } || accounts is { IsPurged: false })
            output.WriteLine("Somebody reads the store all the time: bytes of what was erased may still be in its file. Run it again.");
        return 0;
    }
}
