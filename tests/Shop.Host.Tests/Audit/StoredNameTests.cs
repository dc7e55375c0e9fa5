using Shop.Audit.Reading;

namespace Shop.Host.Tests.Audit;

/// <summary>The audit reads stored events on its own; the services' approved samples show whether it knows and can read them all.</summary>
public sealed class StoredNameTests
{
    [Fact]
    public async Task Every_stored_event_of_the_services_is_known_to_the_audit()
    {
        var samples = FindSamples();
        samples.Length.ShouldBeGreaterThan(25);
        var engine = new LogEngine();
        foreach (var sample in samples)
            engine.Append($"{Path.GetFileName(sample)}-{Guid.CreateVersion7():D}", Path.GetFileNameWithoutExtension(sample), await File.ReadAllTextAsync(sample));

        var report = await Shop.Audit.Auditor.RunAsync([new AuditedStore("samples", engine, [], [])], []);

        report.Totals.Events.ShouldBe(samples.Length);
        report.Violations.Where(violation => violation.Expected.Contains("stored name", StringComparison.Ordinal)).ShouldBeEmpty();
        report.Violations.Where(violation => violation.Expected.Contains("readable", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    private static string[] FindSamples()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Shop.sln")))
            folder = folder.Parent!;
        return
        [
            .. Directory.EnumerateFiles(Path.Combine(folder.FullName, "tests", "Shop.Services.Tests"), "*.json", SearchOption.AllDirectories)
                .Where(path => Path.GetFileName(Path.GetDirectoryName(path)) == "Samples" && Path.GetFileName(path).Contains(".v", StringComparison.Ordinal)
                    && !path.Contains($"{Path.DirectorySeparatorChar}bin{Path.DirectorySeparatorChar}", StringComparison.Ordinal)),
        ];
    }
}
