using System.Text;

namespace Shop.Distributed.Tests.Running;

/// <summary>An operator before all replicas of a service: each request goes to the next one, as behind a gateway without health checks.</summary>
internal sealed class ServiceClient(IReadOnlyList<ServiceProcess> replicas, string token) : IDisposable
{
    private readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(2) })
    {
        Timeout = TimeSpan.FromSeconds(15),
        DefaultRequestHeaders = { Authorization = new("Bearer", token) },
    };
    private int next;

    /// <summary>One attempt, at one replica.</summary>
    /// <returns>Null when nobody answered: it is not running, it died, or it took too long.</returns>
    public async Task<Answer?> SendAsync(HttpMethod method, string path, string? json = null, params (string Name, string Value)[] headers)
    {
        var replica = replicas[(int)((uint)Interlocked.Increment(ref next) % replicas.Count)];
        using var request = new HttpRequestMessage(method, replica.Url + path);
        if (json is not null)
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        foreach (var (name, value) in headers)
            request.Headers.Add(name, value);
        try
        {
            using var response = await http.SendAsync(request);
            return new((int)response.StatusCode, await response.Content.ReadAsStringAsync());
        }
        catch (Exception error) when (error is HttpRequestException or IOException or OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>Asks one replica after the other until one answers with 2xx.</summary>
    public Task<Answer> GetAsync(string path) => UntilSuccessAsync(HttpMethod.Get, path);

    /// <inheritdoc cref="GetAsync"/>
    public Task<Answer> PostAsync(string path, string? json = null) => UntilSuccessAsync(HttpMethod.Post, path, json);

    public void Dispose() => http.Dispose();

    private async Task<Answer> UntilSuccessAsync(HttpMethod method, string path, string? json = null)
    {
        Answer? last = null;
        await Eventually.SoAsync(async () => (last = await SendAsync(method, path, json)) is { IsSuccess: true }, () => $"{method} {path} succeeds; last {last}");
        return last!;
    }
}
