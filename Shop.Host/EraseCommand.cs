using System.Globalization;
using Shop.EventSourcing;
using Shop.EventSourcing.Projections;
using Shop.EventSourcing.Protection;
using Shop.EventSourcing.Storage;
using Shop.EventSourcing.Storage.Sqlite;
using Shop.Ordering;

namespace Shop.Host;

/// <summary>Erases a customer's personal data in the stores of a data folder that no shop runs on.</summary>
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
            ErasureEndpoints.Check(by, reason);
        }
        catch (DomainException invalid)
        {
            throw new StartException($"--{invalid.Field}: {invalid.Message}", invalid);
        }

        var definition = OrderingModuleExtensions.Store;
        var file = Path.Combine(data, definition.Name + ".db");
        if (!File.Exists(file))
            throw new StartException($"{file} does not exist. Name the folder of a shop that has run with --data.");
        using var folder = DataFolder.Open(data);
        await using var store = new EventStore(definition.Name, new SqliteEngine(file, definition.Tables), definition.InlineProjections, TimeProvider.System);
        await store.OpenAsync(SchemaScript.FromAssembly(definition.Schema, "Sqlite"), cancellationToken);
        var erasure = await Erasing.EraseAsync(store, OrderPersonalData.SubjectOf(customerId, orderId ?? default), by, reason, cancellationToken);

        // The erasure is an event: read models are as up to date as they were, so that an audit finds nothing behind.
        foreach (var projection in definition.AsyncProjections)
        {
            using var runner = new ProjectionRunner(store, projection);
            await runner.CatchUpAsync(cancellationToken);
        }

        return Print(output, erasure);
    }

    private static int Print(TextWriter output, Erasure? erasure)
    {
        if (erasure is null)
        {
            output.WriteLine("There is nothing to erase: no order of this id ever held a name, e-mail or address. Check the id.");
            return 1;
        }

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Erased {erasure.Subject} at {erasure.ErasedAt:u}, by {erasure.By}: {erasure.Reason}. Keys destroyed: {erasure.KeysDestroyed}."));
        if (!erasure.Purged)
            output.WriteLine("Somebody reads the store all the time: bytes of the wrapped key may still be in its file. Run it again.");
        return 0;
    }
}
