using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization;
using Shop.Storefront.Accounts;

namespace Shop.Storefront.Clients;

/// <summary>Calls the services over HTTP in the name of who is signed in.</summary>
public sealed class ServiceCaller(IHttpClientFactory clients, ServiceAddresses addresses, UserToken user)
{
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    /// <returns>The answer, or null when the service says 404.</returns>
    /// <exception cref="ServiceProblemException">The service refused or could not be reached.</exception>
    public async Task<T?> GetAsync<T>(string service, string path, CancellationToken cancellationToken = default) where T : class
    {
        using var response = await SendAsync(service, new(HttpMethod.Get, path), cancellationToken);
        return response.StatusCode == HttpStatusCode.NotFound ? null : await ReadAsync<T>(response, cancellationToken);
    }

    /// <exception cref="ServiceProblemException">The service refused or could not be reached.</exception>
    public async Task<T> SendAsync<T>(string service, HttpMethod method, string path, object? body = null, string? idempotencyKey = null, CancellationToken cancellationToken = default)
    {
        using var response = await SendAsync(service, Request(method, path, body, idempotencyKey), cancellationToken);
        return await ReadAsync<T>(response, cancellationToken);
    }

    /// <inheritdoc cref="SendAsync{T}"/>
    public async Task SendAsync(string service, HttpMethod method, string path, object? body = null, string? idempotencyKey = null, CancellationToken cancellationToken = default)
    {
        using var response = await SendAsync(service, Request(method, path, body, idempotencyKey), cancellationToken);
        if (!response.IsSuccessStatusCode)
            throw await ProblemAsync(response, cancellationToken);
    }

    /// <summary>Server-sent events as they come, until the service ends them.</summary>
    public async IAsyncEnumerable<T> StreamAsync<T>(string service, string path, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var response = await SendAsync(service, new(HttpMethod.Get, path), cancellationToken, HttpCompletionOption.ResponseHeadersRead);
        if (!response.IsSuccessStatusCode)
            throw await ProblemAsync(response, cancellationToken);
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        await foreach (var item in System.Net.ServerSentEvents.SseParser.Create(stream, (_, data) => JsonSerializer.Deserialize<T>(data, Json)!).EnumerateAsync(cancellationToken))
            yield return item.Data;
    }

    private static HttpRequestMessage Request(HttpMethod method, string path, object? body, string? idempotencyKey)
    {
        var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = JsonContent.Create(body, body.GetType(), options: Json);
        if (idempotencyKey is not null)
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        return request;
    }

    private async Task<HttpResponseMessage> SendAsync(
        string service, HttpRequestMessage request, CancellationToken cancellationToken, HttpCompletionOption completion = HttpCompletionOption.ResponseContentRead)
    {
        using (request)
        {
            request.RequestUri = new(addresses.Of(service), request.RequestUri!.OriginalString.TrimStart('/'));
            if (await user.GetAsync() is { } token)
                request.Headers.Authorization = new("Bearer", token);
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
            try
            {
                return await clients.CreateClient(nameof(ServiceCaller)).SendAsync(request, completion, cancellationToken);
            }
            catch (HttpRequestException error)
            {
                throw Away(error.Message, error);
            }
            catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
            {
                throw Away("The service did not answer in time.", error);
            }
        }
    }

    private static ServiceProblemException Away(string detail, Exception error) =>
        new(new() { Code = "service-away", Detail = detail, Status = StatusCodes.Status503ServiceUnavailable }, error);

    private static async Task<T> ReadAsync<T>(HttpResponseMessage response, CancellationToken cancellationToken) => response.IsSuccessStatusCode
        ? await response.Content.ReadFromJsonAsync<T>(Json, cancellationToken) ?? throw new ServiceProblemException(new() { Code = "empty-answer", Detail = "The service answered nothing." })
        : throw await ProblemAsync(response, cancellationToken);

    private static async Task<ServiceProblemException> ProblemAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        ServiceProblem? problem = null;
        try
        {
            problem = JsonSerializer.Deserialize<ServiceProblem>(text, Json);
        }
        catch (JsonException)
        {
            // Not problem details: a proxy in between answers in its own words.
        }

        return new((problem ?? new() { Detail = text.Length is > 0 and < 300 ? text : response.ReasonPhrase }) with { Status = (int)response.StatusCode });
    }
}
