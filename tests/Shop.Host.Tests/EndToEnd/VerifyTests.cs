using Microsoft.Data.Sqlite;

namespace Shop.Host.Tests.EndToEnd;

/// <summary>The proof as a person at a terminal asks for it.</summary>
public sealed class VerifyTests
{
    [Fact]
    public async Task The_proof_holds_beside_a_running_shop_and_after_it_and_fails_when_an_event_is_edited()
    {
        await using var shop = await RunningShop.StartAsync();
        await shop.Client.ListProductAsync("PROOF-1", 100);
        for (var number = 0; number < 5; number++)
            (await shop.Client.PlaceAsync(new("PROOF-1", 1, Cards.Approved) { WaitSeconds = 10 })).Status.ShouldBe(201);
        var data = shop.Application.Data;

        var (exitCode, text, errors) = await HostProcess.RunAsync("verify", "--data", data);
        exitCode.ShouldBe(0, text + string.Join('\n', errors));

        (await shop.StopAndAuditAsync()).Violations.ShouldBeEmpty();
        (exitCode, text, _) = await HostProcess.RunAsync("verify", "--data", data);
        exitCode.ShouldBe(0, text);
        text.ShouldNotContain("not sealed yet", Case.Sensitive, "a shop that stops seals everything");
        text.Split('\n').Count(line => line.StartsWith("{\"store\"", StringComparison.Ordinal)).ShouldBe(4);
        var kept = Path.Combine(data, "kept.txt");
        await File.WriteAllTextAsync(kept, text);

        await ExecuteAsync(Path.Combine(data, "payment.db"), "UPDATE events SET data = replace(data, 'GBP', 'USD') WHERE position = 1");
        (exitCode, text, _) = await HostProcess.RunAsync("verify", "--data", data, "--head", kept);
        exitCode.ShouldBe(1, text);
        text.ShouldContain("TAMPERED edited at position 1, payment-");
        (await HostProcess.RunAsync("verify", "--data", data, "--store", "order", "--head", kept)).ExitCode.ShouldBe(0);
    }

    [Theory]
    [InlineData("no such store", "verify", "--store", "cellar")]
    [InlineData("does not exist", "verify")]
    [InlineData("nowhere.pem", "verify", "--key", "nowhere.pem")]
    public async Task What_cannot_be_verified_is_told(string message, params string[] arguments)
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder.Under("proof"));
        using var key = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        await File.WriteAllTextAsync(folder.Under("proof/key.pem"), key.ExportPkcs8PrivateKeyPem());

        var (exitCode, _, errors) = await HostProcess.RunAsync([.. arguments, "--data", folder.Path]);

        exitCode.ShouldBe(2);
        string.Join('\n', errors).ShouldContain(message);
    }

    private static async Task ExecuteAsync(string file, string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        (await command.ExecuteNonQueryAsync()).ShouldBe(1);
    }
}
