using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Shop.Messaging.Operating;
using Shop.ServiceDefaults.Security;

namespace Shop.ServiceDefaults;

/// <summary>A message that is to be sent at an instant: a deadline, a lease's end, a retry.</summary>
/// <param name="MessageType">The first of its type names.</param>
/// <param name="OrderId">The order that it is about, where it says so.</param>
public sealed record ScheduledMessageResponse(
    Guid Id, string Store, string Destination, string MessageType, Guid? OrderId, DateTimeOffset CreatedAt, DateTimeOffset DueAt, string Body);

/// <param name="Next">Give it as <c>after</c> for the next page; null on the last one.</param>
public sealed record ScheduledMessagePage(IReadOnlyList<ScheduledMessageResponse> Items, string? Next);

/// <summary>Messages that are scheduled, and those that are being tried again.</summary>
internal static class MessageEndpoints
{
    private const int DefaultLimit = 50;
    private const int MaxLimit = 500;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var messages = routes.MapGroup("/messages").WithTags("Messages").RequireAuthorization(Policies.Operator);
        messages.MapGet("/failing", (FailingMessages failing) => TypedResults.Ok(failing.All))
            .WithSummary("Messages whose handling failed and that this process is trying again now, the oldest first. For operators.");
        messages.MapGet("/scheduled", ListAsync).WithSummary("Messages with a due time, the soonest first. For operators.")
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        Change("run-now", "Sends a scheduled message now instead of at its time. For operators.", (scheduled, id, who, reason, cancellationToken) =>
            scheduled.RunNowAsync(id, who, reason, cancellationToken));
        Change("cancel", "Takes a scheduled message back for good: what it was to bring about will not happen by itself. For operators.",
            (scheduled, id, who, reason, cancellationToken) => scheduled.CancelAsync(id, who, reason, cancellationToken));

        void Change(string action, string summary, Func<ScheduledMessages, Guid, string, string, CancellationToken, Task<bool>> change) =>
            messages.MapPost($"/scheduled/{{id:guid}}/{action}", async Task<Results<Accepted, ProblemHttpResult>> (
                Guid id, OperatorRequest? request, ScheduledMessages scheduled, HttpContext http, CancellationToken cancellationToken) =>
                await change(scheduled, id, http.Who(), OperatorActions.RequireReason(request?.Reason), cancellationToken)
                    ? TypedResults.Accepted((string?)null)
                    : OperatingProblems.NotFound("scheduled-message-not-found", $"No message {id} is scheduled: it has left, or was taken back. GET /messages/scheduled lists them."))
                .WithSummary(summary).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status422UnprocessableEntity);
    }

    private static async Task<Ok<ScheduledMessagePage>> ListAsync(ScheduledMessages scheduled, string? after, int? limit, CancellationToken cancellationToken)
    {
        var size = Math.Clamp(limit ?? DefaultLimit, 1, MaxLimit);
        var found = await scheduled.ListAsync(after, size + 1, cancellationToken);
        return TypedResults.Ok(new ScheduledMessagePage(
            [.. found.Take(size).Select(Describe)], found.Count > size ? ScheduledMessages.PlaceOf(found[size - 1].Message) : null));
    }

    private static ScheduledMessageResponse Describe(ScheduledMessage entry) => new(
        entry.Message.Id, entry.Store, entry.Message.Destination, entry.Message.MessageType.Split(';')[0], ScheduledMessages.OrderOf(entry.Message),
        entry.Message.CreatedAt, entry.Message.DueAt!.Value, Encoding.UTF8.GetString(entry.Message.Body));
}
