using System.Diagnostics;
using System.Globalization;
using Shop.EventSourcing.Benchmarks;

// One core for everything, the database server's processes too: they inherit it.
if (OperatingSystem.IsLinux())
    Process.GetCurrentProcess().ProcessorAffinity = 1;
var events = args is [var given, ..] && int.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : 100_000;
await using var stores = await BenchmarkStores.StartAsync();
foreach (var (name, open) in stores.Engines)
{
    await StreamLoading.RunAsync(name, open);
    await LogReading.RunAsync(name, open, events);
}
