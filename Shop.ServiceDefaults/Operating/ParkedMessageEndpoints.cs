using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Shop.EventSourcing;
using Shop.EventSourcing.Storage;
using Shop.Messaging;
using Shop.Messaging.Operating;
using Shop.ServiceDefaults.Security;

namespace Shop.ServiceDefaults;

/// <summary>A message that could not be handled, as an operator sees it.</summary>
public sealed record ParkedMessageResponse(
    Guid Id, string Store, string Endpoint, Guid? MessageId, string MessageType, string Body, string Reason, string Exception, DateTimeOffset ParkedAt)
{
    /// <summary>Only where one message is asked for.</summary>
    public string? ContentType { get; init; }

    /// <summary>Of the transport; only where one message is asked for.</summary>
    public JsonElement? Headers { get; init; }

    internal static ParkedMessageResponse Of((string Store, ParkedMessage Message) entry) => new(
        entry.Message.Id, entry.Store, entry.Message.Endpoint, entry.Message.MessageId, entry.Message.MessageType,
        Encoding.UTF8.GetString(entry.Message.Body), entry.Message.Reason, entry.Message.Exception, entry.Message.ParkedAt);
}

/// <param name="Failure">Type of the exception, or the reason where there was none.</param>
/// <param name="Oldest">When the first of them was parked.</param>
public sealed record ParkedGroupResponse(string Store, string Endpoint, string MessageType, string Failure, long Messages, DateTimeOffset Oldest, DateTimeOffset Newest);

/// <param name="Body">The message's edited body, or absent to send it as it was.</param>
/// <param name="Reason">Why, in at most 200 characters; it is written down.</param>
// A misspelt body would send the message as it was.
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record RedriveRequest(JsonElement? Body, string? Reason = null);

/// <param name="Store">As <c>GET /messages/parked/groups</c> names it, like what follows.</param>
/// <param name="Reason">Why, in 1 to 200 characters; it is written down.</param>
public sealed record RedriveGroupRequest(string? Store, string? Endpoint, string? MessageType, string? Failure, string? Reason);

/// <summary>Parked messages: look at them, by group or alone, and send them again as they were or edited. None is ever thrown away.</summary>
internal static class ParkedMessageEndpoints
{
    private const int MaxLimit = 1_000;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var parked = routes.MapGroup("/messages/parked").WithTags("Messages").RequireAuthorization(Policies.Operator).ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        parked.MapGet("", ListAsync).WithSummary(
            "Messages that could not be handled, with the reason, oldest first; a page with after (the id of the last one) and limit; of one group with endpoint, messageType and failure. For operators.");
        parked.MapGet("/groups", GroupsAsync).WithSummary("Parked messages by what failed. For operators.");
        parked.MapGet("/{id:guid}", GetAsync).WithSummary("One parked message with body, headers and failure. For operators.").ProducesProblem(StatusCodes.Status404NotFound);
        parked.MapPost("/{id:guid}/redrive", RedriveAsync).WithSummary("Sends a parked message again, as it was or with an edited body. For operators.")
            .ProducesProblem(StatusCodes.Status404NotFound);
        parked.MapPost("/groups/redrive", RedriveGroupAsync).WithSummary("Begins to send all messages of a group again, as they were. For operators.")
            .ProducesProblem(StatusCodes.Status404NotFound);
        parked.MapGet("/redrives", (GroupRedrives redrives) => TypedResults.Ok(redrives.All)).WithSummary("The groups that this process redrives or has redriven lately. For operators.");
        parked.MapGet("/redrives/{id:guid}", Progress).WithSummary("How far the redriving of a group has got. For operators.").ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<Ok<IEnumerable<ParkedMessageResponse>>> ListAsync(
        ParkedMessages messages, Guid? after, int? limit, string? endpoint, string? messageType, string? failure, CancellationToken cancellationToken)
    {
        var group = (endpoint, messageType, failure) switch
        {
            (null, null, null) => null,
            ({ } queue, { } type, { } why) => new ParkedGroup(queue, type, why),
            _ => throw new DomainException("invalid-request", "Give endpoint, messageType and failure together, as GET /messages/parked/groups names them.") { Field = "endpoint" },
        };
        var found = after is null && limit is null && group is null
            ? await messages.ListAsync(cancellationToken)
            : await messages.ListAsync(after ?? Guid.Empty, group, Math.Clamp(limit ?? MaxLimit, 1, MaxLimit), cancellationToken);
        return TypedResults.Ok(found.Select(ParkedMessageResponse.Of));
    }

    private static async Task<Ok<IEnumerable<ParkedGroupResponse>>> GroupsAsync(ParkedMessages messages, CancellationToken cancellationToken) =>
        TypedResults.Ok((await messages.GroupsAsync(cancellationToken)).Select(found => new ParkedGroupResponse(
            found.Store, found.Status.Group.Endpoint, found.Status.Group.MessageType, found.Status.Group.Failure, found.Status.Messages, found.Status.Oldest, found.Status.Newest)));

    private static async Task<Results<Ok<ParkedMessageResponse>, ProblemHttpResult>> GetAsync(Guid id, ParkedMessages messages, CancellationToken cancellationToken) =>
        await messages.FindAsync(id, cancellationToken) is { } found
            ? TypedResults.Ok(ParkedMessageResponse.Of(found) with
            {
                ContentType = found.Message.ContentType,
                Headers = found.Message.Headers is { } headers ? JsonElement.Parse(headers) : null,
            })
            : NotParked(id);

    private static async Task<Results<Accepted, ProblemHttpResult>> RedriveAsync(
        Guid id, ParkedMessages messages, RedriveRequest? request, HttpContext http, CancellationToken cancellationToken)
    {
        var body = request?.Body is { } edited ? Encoding.UTF8.GetBytes(edited.GetRawText()) : null;
        return await messages.RedriveAsync(id, body, http.Who(), request?.Reason, cancellationToken) ? TypedResults.Accepted((string?)null) : NotParked(id);
    }

    private static async Task<Results<Accepted<GroupRedrive>, ProblemHttpResult>> RedriveGroupAsync(
        RedriveGroupRequest request, GroupRedrives redrives, HttpContext http, CancellationToken cancellationToken)
    {
        if (request is not { Store: { } store, Endpoint: { } endpoint, MessageType: { } messageType, Failure: { } failure })
            throw new DomainException("invalid-request", "Name store, endpoint, messageType and failure as GET /messages/parked/groups does.") { Field = "store" };
        var reason = OperatorActions.RequireReason(request.Reason);
        return await redrives.BeginAsync(store, new(endpoint, messageType, failure), http.Who(), reason, cancellationToken) is { } begun
            ? TypedResults.Accepted($"/messages/parked/redrives/{begun.Id:D}", begun)
            : OperatingProblems.NotFound("parked-group-not-found", "Nothing of this group is parked. GET /messages/parked/groups lists what is.");
    }

    private static Results<Ok<GroupRedrive>, ProblemHttpResult> Progress(Guid id, GroupRedrives redrives) => redrives.Find(id) is { } redrive
        ? TypedResults.Ok(redrive)
        : OperatingProblems.NotFound("redrive-not-found", $"This process knows no redrive {id:D}: another replica runs it, or it was long ago. GET /messages/parked/groups tells what is parked still.");

    private static ProblemHttpResult NotParked(Guid id) =>
        OperatingProblems.NotFound("parked-message-not-found", $"No message {id} is parked. GET /messages/parked lists them.");
}

/// <summary>What is not there, said in one form.</summary>
internal static class OperatingProblems
{
    public static ProblemHttpResult NotFound(string code, string detail) => TypedResults.Problem(
        detail, statusCode: StatusCodes.Status404NotFound, title: code, type: $"urn:shop:{code}", extensions: new Dictionary<string, object?> { ["code"] = code });
}
