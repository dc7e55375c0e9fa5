using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Shop.Load;

/// <summary>How one order ended, as its answer says.</summary>
public enum OrderOutcome
{
    Confirmed,
    Rejected,
    Error,
}

/// <summary>Places orders as cheaply as HttpClient allows: no redirects, cookies or tracing, and no JSON parsing.</summary>
public sealed class OrderClient : IDisposable
{
    private const int AnswerBytesMax = 64 * 1024;
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly HttpMessageInvoker invoker;
    private readonly Uri orders;
    private readonly string authorization;

    public OrderClient(LoadOptions options, string token)
    {
        authorization = $"Bearer {token}";
        orders = new(options.Url, "/orders");
        invoker = new(CreateHandler(options.Concurrency));
    }

    public static SocketsHttpHandler CreateHandler(int connections) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        ActivityHeadersPropagator = null,
        MaxConnectionsPerServer = connections,
        PooledConnectionLifetime = Timeout.InfiniteTimeSpan,
        PooledConnectionIdleTimeout = TimeSpan.FromMinutes(10),
    };

    /// <returns>How the order ended; and what was answered instead, when it is an error.</returns>
    public async Task<(OrderOutcome Outcome, string? Error)> PlaceAsync(byte[] body, string key, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, orders) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = Json;
        request.Headers.TryAddWithoutValidation("Authorization", authorization);
        request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        request.Headers.TryAddWithoutValidation("Prefer", "wait=30");
        try
        {
            using var response = await invoker.SendAsync(request, cancellationToken);
            return await ReadAsync(response, cancellationToken);
        }
        catch (Exception error) when (error is HttpRequestException or IOException or OperationCanceledException)
        {
            return (OrderOutcome.Error, error is OperationCanceledException ? "No answer in time." : error.Message);
        }
    }

    public void Dispose() => invoker.Dispose();

    /// <summary>Reads the outcome out of the answer's bytes.</summary>
    public static (OrderOutcome Outcome, string? Error) Classify(HttpStatusCode status, ReadOnlySpan<byte> answer)
    {
        if (status == HttpStatusCode.Created && answer.IndexOf("\"status\":\"confirmed\""u8) >= 0)
            return (OrderOutcome.Confirmed, null);
        if (status == HttpStatusCode.Created && answer.IndexOf("\"status\":\"rejected\""u8) >= 0)
            return (OrderOutcome.Rejected, null);
        return (OrderOutcome.Error, $"{(int)status} {Encoding.UTF8.GetString(answer[..Math.Min(answer.Length, 300)])}");
    }

    private static async Task<(OrderOutcome Outcome, string? Error)> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(AnswerBytesMax);
        try
        {
            using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            var length = 0;
            for (var read = -1; read != 0 && length < AnswerBytesMax; length += read)
                read = await stream.ReadAsync(buffer.AsMemory(length, AnswerBytesMax - length), cancellationToken);
            return Classify(response.StatusCode, buffer.AsSpan(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
