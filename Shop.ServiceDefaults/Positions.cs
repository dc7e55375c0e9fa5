using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Primitives;
using Shop.EventSourcing;

namespace Shop.ServiceDefaults;

/// <summary>
/// Reading your own writes. Every answer tells the position of the store from which it can be read, <c>Shop-Position: order=1234</c>.
/// A GET chooses: eventual (the default), at least a position (<c>?minPosition=1234</c>, or the header sent back), or everything
/// committed so far (<c>?consistency=strong</c>). What is not there within 5 s is answered with 503 and Retry-After.
/// </summary>
public static class Positions
{
    /// <summary>Stores and their positions, comma-separated, in answers and in requests.</summary>
    public const string Header = "Shop-Position";

    internal const string MinPosition = "minPosition";
    internal const string Consistency = "consistency";

    /// <summary>The routes of a module whose answers come from its store.</summary>
    public static IEndpointRouteBuilder WithPositions<TModule>(this IEndpointRouteBuilder routes) where TModule : class
    {
        var filter = new PositionFilter(routes.ServiceProvider.GetRequiredService<EventStore<TModule>>());
        return routes.MapGroup("").WithMetadata(filter).AddEndpointFilter(filter);
    }

    /// <summary>Tells that a GET is answered from an asynchronous projection; any other is answered from what was committed with the events.</summary>
    public static TBuilder ReadsProjection<TBuilder>(this TBuilder endpoint, string projection) where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new ProjectionRead(projection));

    internal sealed record ProjectionRead(string Projection);
}

internal sealed class PositionFilter(EventStore store) : IEndpointFilter
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (HttpMethods.IsGet(http.Request.Method) && await ReachAsync(http) is { } problem)
            return problem;
        var answer = await next(context);
        http.Response.Headers[Positions.Header] = string.Create(CultureInfo.InvariantCulture, $"{store.Name}={store.Position}");
        return answer;
    }

    /// <returns>Null when the read may go on.</returns>
    private async ValueTask<ProblemHttpResult?> ReachAsync(HttpContext http)
    {
        if (!TryPosition(http.Request.Query[Positions.MinPosition], out var position))
            return Invalid(Positions.MinPosition, "Give the number of the Shop-Position that an earlier answer named, or leave it out.");
        if (!TryPosition(http.Request.Headers[Positions.Header], store.Name, out var known))
            return Invalid(Positions.Header, $"Send back what an earlier answer named, such as {store.Name}=1234, or leave it out.");
        var strong = false;
        if (http.Request.Query[Positions.Consistency] is [{ } consistency] && !TryConsistency(consistency, out strong))
            return Invalid(Positions.Consistency, "Give eventual or strong, or leave it out for eventual.");

        position = Math.Max(position, known);
        if (position == 0 && !strong)
            return null;
        var projection = http.GetEndpoint()?.Metadata.GetMetadata<Positions.ProjectionRead>()?.Projection;
        if (strong || (projection is null && position > store.Position))
            position = Math.Max(position, await store.ReadHeadAsync(http.RequestAborted));
        var reached = projection is null
            ? position <= store.Position
            : await store.WaitForProjectionAsync(projection, position, Patience, http.RequestAborted);
        return reached ? null : NotReached(http, position);
    }

    private static bool TryConsistency(string text, out bool strong)
    {
        strong = text.Equals("strong", StringComparison.OrdinalIgnoreCase);
        return strong || text.Equals("eventual", StringComparison.OrdinalIgnoreCase);
    }

    private static bool TryPosition(StringValues values, out long position)
    {
        position = 0;
        return values.Count == 0 || (values is [{ } text] && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out position));
    }

    /// <summary>The highest position of our store; those of other stores are theirs to mind.</summary>
    private static bool TryPosition(StringValues headers, string store, out long position)
    {
        position = 0;
        foreach (var header in headers)
        {
            foreach (var entry in (header ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                if (entry.Split('=', 2) is not [{ } name, { } text] || !long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var named))
                    return false;
                if (name == store)
                    position = Math.Max(position, named);
            }
        }

        return true;
    }

    private ProblemHttpResult NotReached(HttpContext http, long position)
    {
        http.Response.Headers.RetryAfter = "1";
        return Problem(
            StatusCodes.Status503ServiceUnavailable, "position-not-reached",
            $"What is read here has not reached position {position} of store {store.Name} yet. Ask again in a second, or without {Positions.MinPosition} for what there is.",
            Positions.MinPosition);
    }

    private static ProblemHttpResult Invalid(string field, string detail) => Problem(StatusCodes.Status422UnprocessableEntity, "invalid-request", detail, field);

    private static ProblemHttpResult Problem(int status, string code, string detail, string field) => TypedResults.Problem(
        detail, statusCode: status, title: code, type: $"urn:shop:{code}", extensions: new Dictionary<string, object?> { ["code"] = code, ["field"] = field });
}
