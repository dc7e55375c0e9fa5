using System.Globalization;
using System.Net;
using System.Security.Claims;
using System.Text.Json;
using Shop.Contracts;
using Shop.ServiceDefaults.Security;

namespace Shop.Ordering;

/// <summary>
/// Asks every service for its part of an order as of an instant: those of this process directly, the others at
/// <c>Shop:Services:{service}</c>, or under their names at <c>Shop:Services:gateway</c>.
/// </summary>
public sealed class OrderParts(IEnumerable<IOrderPartReader> readers, IHttpClientFactory http, AccessTokens tokens, IConfiguration configuration)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan TokenLifetime = TimeSpan.FromMinutes(1);
    private static readonly ClaimsPrincipal Self = Principals.Service(OrderPartServices.Order);

    /// <summary>In the order in which they come in.</summary>
    private static readonly (string Service, string Path)[] Services =
    [
        (OrderPartServices.Order, "orders"), (OrderPartServices.Saga, "sagas"), (OrderPartServices.Inventory, "reservations"), (OrderPartServices.Payment, "payments"),
    ];

    /// <exception cref="PartUnavailableException">A service does not answer, or it is not known where it is.</exception>
    public Task<OrderPart[]> ReadAsync(Guid orderId, DateTimeOffset time, CancellationToken cancellationToken) => Task.WhenAll(Services.Select(part =>
        readers.FirstOrDefault(reader => reader.Service == part.Service) is { } here
            ? here.ReadAsync(orderId, time, cancellationToken)
            : AskAsync(part.Service, $"{part.Path}/{orderId:D}/at?time={Uri.EscapeDataString(time.ToString("O", CultureInfo.InvariantCulture))}", cancellationToken)));

    private async Task<OrderPart> AskAsync(string service, string path, CancellationToken cancellationToken) =>
        await FindAsync<OrderPart>(service, path, cancellationToken) ?? throw new PartUnavailableException(service, $"{path} is not there.");

    /// <returns>Null when the service says 404.</returns>
    /// <exception cref="PartUnavailableException">It does not answer, or it is not known where it is.</exception>
    internal async Task<T?> FindAsync<T>(string service, string path, CancellationToken cancellationToken) where T : class
    {
        var address = AddressOf(service)
            ?? throw new PartUnavailableException(service, $"Set Shop:Services:gateway to the address of the shop, or Shop:Services:{service} to that of {service}.");
        using var client = http.CreateClient(nameof(OrderParts));
        client.Timeout = Patience;
        client.DefaultRequestHeaders.Authorization = new("Bearer", tokens.Issue(Self, TokenLifetime));
        try
        {
            using var answer = await client.GetAsync(new Uri($"{address.TrimEnd('/')}/{path}"), cancellationToken);
            return answer.StatusCode == HttpStatusCode.NotFound
                ? null
                : await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<T>(JsonSerializerOptions.Web, cancellationToken)
                    ?? throw new PartUnavailableException(service, $"{address} answered with nothing.");
        }
        catch (Exception error) when (error is HttpRequestException or JsonException or UriFormatException || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new PartUnavailableException(service, $"{address}: {error.Message}");
        }
    }

    /// <summary>What every service has, such as its streams, the gateway has only under the service's name.</summary>
    private string? AddressOf(string service) => configuration[$"Shop:Services:{service}"]
        ?? (configuration["Shop:Services:gateway"] is { } gateway ? $"{gateway.TrimEnd('/')}/{service}" : null);
}

/// <summary>One service's part cannot be had; the message says why.</summary>
public sealed class PartUnavailableException(string service, string message) : Exception(message)
{
    public string Service => service;
}
