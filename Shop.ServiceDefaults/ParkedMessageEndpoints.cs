using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Shop.Messaging;
using Shop.ServiceDefaults.Security;

namespace Shop.ServiceDefaults;

/// <summary>A message that could not be handled, as an operator sees it.</summary>
public sealed record ParkedMessageResponse(
    Guid Id, string Store, string Endpoint, Guid? MessageId, string MessageType, string Body, string Reason, string Exception, DateTimeOffset ParkedAt);

/// <param name="Body">The message's edited body, or absent to send it as it was.</param>
/// <param name="Reason">Why; it is written down.</param>
public sealed record RedriveRequest(JsonElement? Body, string? Reason = null);

/// <summary>Parked messages: look at them, and send one again as it was or edited.</summary>
internal static class ParkedMessageEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var parked = routes.MapGroup("/messages/parked").WithTags("Messages").RequireAuthorization(Policies.Operator);
        parked.MapGet("", ListAsync).WithSummary("Messages that could not be handled, with the reason.");
        parked.MapPost("/{id:guid}/redrive", RedriveAsync).WithSummary("Sends a parked message again, as it was or with an edited body.");
    }

    private static async Task<Ok<IEnumerable<ParkedMessageResponse>>> ListAsync(ParkedMessages messages, CancellationToken cancellationToken) =>
        TypedResults.Ok((await messages.ListAsync(cancellationToken)).Select(entry => new ParkedMessageResponse(
            entry.Message.Id, entry.Store, entry.Message.Endpoint, entry.Message.MessageId, entry.Message.MessageType,
            Encoding.UTF8.GetString(entry.Message.Body), entry.Message.Reason, entry.Message.Exception, entry.Message.ParkedAt)));

    private static async Task<Results<Accepted, ProblemHttpResult>> RedriveAsync(
        Guid id, ParkedMessages messages, RedriveRequest? request, HttpContext http, CancellationToken cancellationToken)
    {
        var body = request?.Body is { } edited ? Encoding.UTF8.GetBytes(edited.GetRawText()) : null;
        return await messages.RedriveAsync(id, body, http.Who(), request?.Reason, cancellationToken)
            ? TypedResults.Accepted((string?)null)
            : TypedResults.Problem($"No message {id} is parked. GET /messages/parked lists them.", statusCode: StatusCodes.Status404NotFound, title: "parked-message-not-found");
    }
}
