using System.CommandLine;
using System.Data.Common;
using System.Text.Json;
using Shop.EventSourcing.Proof;
using Shop.EventSourcing.Storage;
using Shop.Messaging;
using Shop.Messaging.Proof;

namespace Shop.Host.Proof;

/// <summary>Proves that no log was changed since it was sealed. Only reads; the shop may run meanwhile.</summary>
internal static class VerifyCommand
{
    private const int ShownAtMost = 200;

    public static Command Describe(Option<string> data)
    {
        var stores = new Option<string[]>("--store") { Description = "Only this store: order, payment, inventory or saga. May be given several times.", DefaultValueFactory = _ => [] };
        var keys = new Option<string[]>("--key")
        {
            Description = "PEM file with the key that signed, or its public part; several for a shop whose key was replaced. Default: the shop's own.",
            DefaultValueFactory = _ => [],
        };
        var heads = new Option<string[]>("--head")
        {
            Description = "File with heads that were kept elsewhere, such as what an earlier verify printed. The shop's own are always checked.",
            DefaultValueFactory = _ => [],
        };
        var verify = new Command("verify", "Prove from seals and signatures that no event was edited, deleted, swapped, inserted or cut off. The shop may run.") { stores, keys, heads };
        verify.SetAction((parsed, cancellation) => RunAsync(
            ShopStores.Configure(parsed.GetValue(data)!), parsed.GetValue(stores)!, parsed.GetValue(keys)!, parsed.GetValue(heads)!, Console.Out, cancellation));
        return verify;
    }

    /// <returns>0 when all logs are intact, 1 when one is not.</returns>
    internal static async Task<int> RunAsync(
        IConfiguration configuration, IReadOnlyList<string> stores, IReadOnlyList<string> keyFiles, IReadOnlyList<string> headFiles, TextWriter output,
        CancellationToken cancellationToken)
    {
        var settings = ProofSettings.Read(configuration);
        var definitions = ShopStores.Choose(stores);
        using var keys = OpenKeys(settings, keyFiles);
        var kept = headFiles.SelectMany(ReadHeads).ToList();
        var reports = new List<ProofReport>();
        foreach (var definition in definitions)
        {
            await using var engine = ShopStores.Open(configuration, definition);
            reports.Add(await VerifyAsync(definition, engine, keys, [.. kept, .. ReadOwnHead(settings, definition)], cancellationToken));
            Print(reports[^1], output);
        }

        if (reports.Any(report => !report.IsIntact))
        {
            output.WriteLine($"Proof failed: {reports.Sum(report => report.Findings.Count)} findings.");
            return 1;
        }

        output.WriteLine("Proof holds: no log was changed since it was sealed. Keep these heads elsewhere, for a later verify --head FILE:");
        foreach (var head in reports.Select(report => report.Head).OfType<SignedHead>())
            output.WriteLine(head);
        return 0;
    }

    private static async Task<ProofReport> VerifyAsync(
        StoreDefinition definition, IStorageEngine engine, ProofKeys keys, IReadOnlyList<SignedHead> heads, CancellationToken cancellationToken)
    {
        try
        {
            return await new LogVerifier(definition.Name, engine, keys).VerifyAsync(heads, cancellationToken);
        }
        catch (DbException error)
        {
            throw new StartException($"Store {definition.Name} cannot be read ({engine.Location}): {engine.Explain(error).Reason} A store of before there were seals gets them when the shop is started.", error);
        }
    }

    private static ProofKeys OpenKeys(ProofSettings settings, IReadOnlyList<string> files)
    {
        if (files.Count == 0)
            return settings.OpenExistingKeys() ?? throw new StartException("No key is known. Name its file, or that of its public part, with --key.");
        try
        {
            return ProofKeys.Parse(files.Select(Read));
        }
        catch (ArgumentException error)
        {
            throw new StartException($"--key {string.Join(' ', files)}: {error.Message}", error);
        }
    }

    private static IEnumerable<SignedHead> ReadHeads(string file)
    {
        try
        {
            var heads = SignedHead.ReadAll(Read(file)).ToList();
            return heads.Count > 0 ? heads : throw new StartException($"--head {file}: there is no signed head in it. Give what verify printed, or a file *{HeadFile.Extension}.");
        }
        catch (JsonException error)
        {
            throw new StartException($"--head {file}: a head in it cannot be read: {error.Message}", error);
        }
    }

    private static IEnumerable<SignedHead> ReadOwnHead(ProofSettings settings, StoreDefinition definition) =>
        settings.HeadOf(definition.Name) is { } head && File.Exists(head.Path) ? ReadHeads(head.Path) : [];

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StartException($"{file} cannot be read: {error.Message}", error);
        }
    }

    private static void Print(ProofReport report, TextWriter output)
    {
        var unsealed = report.Events - report.SealedTo;
        output.WriteLine(FormattableString.Invariant(
            $"{report.Store,-10} {report.Events} events, {report.Seals} seals up to position {report.SealedTo}{(unsealed > 0 ? $", {unsealed} events not sealed yet" : "")}: {(report.IsIntact ? "intact" : $"{report.Findings.Count} findings")}"));
        foreach (var finding in report.Findings.Take(ShownAtMost))
            output.WriteLine($"  TAMPERED {finding}");
        if (report.Findings.Count > ShownAtMost)
            output.WriteLine($"  and {report.Findings.Count - ShownAtMost} more");
    }
}
