using System.Globalization;
using System.Reflection;
using Shop.TestServers;

namespace Shop.Browser.Tests.Running;

/// <summary>The real host in a process of its own, with its data in a temporary folder.</summary>
internal sealed class HostUnderTest : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly string Assembly = typeof(HostUnderTest).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "HostAssembly").Value!;

    private readonly string folder = Directory.CreateTempSubdirectory("shop-browser-").FullName;
    private readonly int port = Ports.Free();
    private readonly IReadOnlyDictionary<string, string?> settings;
    private ChildProcess? process;

    private HostUnderTest(IReadOnlyDictionary<string, string?> settings) => this.settings = settings;

    public string Url => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");

    /// <summary>Its data folder.</summary>
    public string Data => Path.Combine(folder, "data");

    /// <summary>The folder of a project's sources.</summary>
    public static string Sources(string project) => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Assembly)!, "../../../..", project));

    /// <param name="settings">In the form of environment variables, such as <c>Sandbox__SlowSeconds</c>.</param>
    public static async Task<HostUnderTest> StartAsync(IReadOnlyDictionary<string, string?>? settings = null)
    {
        var host = new HostUnderTest(settings ?? new Dictionary<string, string?>());
        await host.StartAgainAsync();
        return host;
    }

    /// <summary>On the same address and the same data, after <see cref="KillAsync"/>.</summary>
    public async Task StartAgainAsync()
    {
        process = await ChildProcess.StartAsync(new("dotnet", [Assembly, "--urls", Url, "--data", Data, "--no-warm-up"], Path.Combine(folder, "log"))
        {
            // Hexadecimal: a short life is not worth compiling everything early.
            Environment = new Dictionary<string, string?>(settings) { ["DOTNET_TC_CallCountingDelayMs"] = "64" },
        });
        using var client = new HttpClient();
        await process.UntilAsync(() => IsOpenAsync(client), "The host", Patience);
    }

    /// <summary>As <c>kill -9</c>.</summary>
    public Task KillAsync() => process!.KillAsync();

    /// <summary>Locks a file of its data, as another process that works on it would, until disposed.</summary>
    public IDisposable Hold(string file)
    {
        var path = Path.Combine(folder, "data", file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
    }

    public string Log(int lines) => process!.LastLines(lines);

    public async ValueTask DisposeAsync()
    {
        await process!.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private async Task<bool> IsOpenAsync(HttpClient client)
    {
        try
        {
            // The catalogue is listed after the first answer.
            return (await client.GetStringAsync($"{Url}/products/MUG-STONE-01")).Contains("MUG-STONE-01", StringComparison.Ordinal);
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
