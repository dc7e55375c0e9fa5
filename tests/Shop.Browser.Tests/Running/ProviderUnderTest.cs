using System.Globalization;
using System.Net;
using System.Reflection;
using Shop.TestServers;

namespace Shop.Browser.Tests.Running;

/// <summary>A payment provider of its own, behind a front that can be told to be away, for everything or for captures only.</summary>
internal sealed class ProviderUnderTest : IAsyncDisposable
{
    private const string SecretKey = "sk_test_browser";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly string HostAssembly = typeof(ProviderUnderTest).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "HostAssembly").Value!;

    private readonly string folder = Directory.CreateTempSubdirectory("shop-provider-").FullName;
    private readonly int port = Ports.Free();
    private readonly int frontPort = Ports.Free();
    private readonly HttpListener front = new();
    private readonly HttpClient client = new(new SocketsHttpHandler { UseProxy = false });
    private ChildProcess process = null!;
    private Task serving = Task.CompletedTask;

    /// <summary>Answers 503 to every request.</summary>
    public bool IsAway { get; set; }

    /// <summary>Answers 503 to every capture.</summary>
    public bool RefusesCaptures { get; set; }

    public IReadOnlyDictionary<string, string?> Settings => new Dictionary<string, string?>
    {
        ["Payments__Gateway__BaseUrl"] = Address(frontPort),
        ["Payments__Gateway__SecretKey"] = SecretKey,
        ["Payments__Gateway__WebhookSecret"] = "whsec_browser",
        ["Payments__Gateway__TimeoutSeconds"] = "5",
        ["OrderSaga__TryDeadlineSeconds"] = "2",
    };

    public static async Task<ProviderUnderTest> StartAsync()
    {
        var provider = new ProviderUnderTest();
        provider.process = await ChildProcess.StartAsync(new("dotnet", [Path.Combine(Path.GetDirectoryName(HostAssembly)!, "Payment.Sandbox.dll")], Path.Combine(provider.folder, "log"))
        {
            Environment = new Dictionary<string, string?>
            {
                ["Sandbox__Urls"] = Address(provider.port),
                ["Sandbox__SecretKey"] = SecretKey,
                ["Sandbox__DataPath"] = Path.Combine(provider.folder, "ledger.db"),
            },
        });
        await provider.process.UntilAsync(provider.IsOpenAsync, "The provider", Patience);
        provider.front.Prefixes.Add(Address(provider.frontPort) + "/");
        provider.front.Start();
        provider.serving = provider.ServeAsync();
        return provider;
    }

    public async ValueTask DisposeAsync()
    {
        front.Stop();
        await serving;
        front.Close();
        client.Dispose();
        await process.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private static string Address(int port) => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");

    private async Task<bool> IsOpenAsync()
    {
        try
        {
            return (await client.GetAsync(new Uri(Address(port)))).IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private async Task ServeAsync()
    {
        while (front.IsListening)
        {
            try
            {
                _ = AnswerAsync(await front.GetContextAsync());
            }
            catch (Exception error) when (error is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        var (asked, answer) = (context.Request, context.Response);
        using (answer)
        {
            if (IsAway || (RefusesCaptures && asked.Url!.AbsolutePath.EndsWith("/capture", StringComparison.Ordinal)))
            {
                answer.StatusCode = (int)HttpStatusCode.ServiceUnavailable;
                return;
            }

            using var request = new HttpRequestMessage(new(asked.HttpMethod), Address(port) + asked.RawUrl);
            if (asked.HasEntityBody)
                request.Content = new StreamContent(asked.InputStream);
            foreach (var name in asked.Headers.AllKeys.OfType<string>().Where(name => name is not ("Host" or "Content-Length")))
            {
                if (!request.Headers.TryAddWithoutValidation(name, asked.Headers[name]))
                    request.Content?.Headers.TryAddWithoutValidation(name, asked.Headers[name]);
            }

            using var given = await client.SendAsync(request);
            answer.StatusCode = (int)given.StatusCode;
            answer.ContentType = given.Content.Headers.ContentType?.ToString();
            await given.Content.CopyToAsync(answer.OutputStream);
        }
    }
}
