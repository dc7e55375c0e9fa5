using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Shop.Messaging.Operating;
using Shop.ServiceDefaults.Security;

namespace Shop.ServiceDefaults;

/// <param name="Reason">Why, in 1 to 200 characters; it is written down.</param>
public sealed record OperatorRequest(string? Reason);

/// <summary>Who acts, and what was done: <c>GET /operator-actions</c>.</summary>
public static class Operators
{
    private const int DefaultLimit = 50;
    private const int MaxLimit = 500;

    /// <summary>The signed-in user's name.</summary>
    public static string Who(this HttpContext http) => http.User.Identity is { IsAuthenticated: true, Name: { Length: > 0 } name } ? name : "unknown";

    /// <summary>What is to be recorded of an action for which a reason must be given.</summary>
    /// <exception cref="Shop.EventSourcing.DomainException">The reason is missing or too long.</exception>
    public static OperatorActed Acts(this HttpContext http, string action, string target, string? reason) =>
        new(http.Who(), action, target, OperatorActions.RequireReason(reason));

    internal static void Map(IEndpointRouteBuilder routes) => routes.MapGroup("").WithTags("Operators").RequireAuthorization(Policies.Operator)
        .MapGet("/operator-actions", ListAsync)
        .WithSummary("What operators did with this service, newest first: who, what, to what, why. For operators.")
        .ProducesProblem(StatusCodes.Status422UnprocessableEntity);

    private static async Task<Ok<OperatorActionPage>> ListAsync(OperatorActionList actions, string? after, int? limit, CancellationToken cancellationToken) =>
        TypedResults.Ok(await actions.ReadAsync(after, Math.Clamp(limit ?? DefaultLimit, 1, MaxLimit), cancellationToken));
}
