using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Shop.EventSourcing;
using Shop.EventSourcing.Projections;
using Shop.EventSourcing.Storage;
using Shop.Messaging.Operating;
using Shop.ServiceDefaults.Security;

namespace Shop.ServiceDefaults;

/// <param name="By">Who; the name of the signed-in user where there is one.</param>
/// <param name="Reason">Why; must be given to skip.</param>
/// <param name="Position">To skip: of the event that stopped the projection, as its status names it.</param>
public sealed record ProjectionRequest(string? By, string? Reason, long? Position);

/// <summary>The read models of this process: how they are doing, and what an operator may do with them.</summary>
internal static class ProjectionEndpoints
{
    private const int RowsMax = 1_000;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var projections = routes.MapGroup("/projections").WithTags("Projections").RequireAuthorization(Policies.Operator)
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
        projections.MapGet("", ListAsync).WithSummary("All read models: position, lag, pause, error, rebuild.");
        projections.MapGet("/{name}", ReadAsync).WithSummary("One read model.");
        projections.MapGet("/{name}/difference", CompareAsync).WithSummary("How what is built beside a read model differs from it, row by row.");
        Action("pause", "Applies nothing more, in all replicas, until it is resumed.", (control, name, request, http) =>
            control.PauseAsync(name, WhoActs(request, http), request?.Reason, http.RequestAborted));
        Action("resume", "Goes on; one that stopped before an event tries it again.", (control, name, _, http) => control.ResumeAsync(name, http.RequestAborted));
        Action("rebuild", "Builds it anew from the first event, beside the one that is read.", (control, name, _, http) => control.RebuildAsync(name, http.RequestAborted));
        Action("swap", "Reads what was built from now on, and keeps what was before.", (control, name, _, http) => control.SwapAsync(name, http.RequestAborted));
        Action("back", "Reads what was before the last swap again.", (control, name, _, http) => control.BackAsync(name, http.RequestAborted));
        Action("discard", "Gives up what is built beside it; where nothing is, what was before.", DiscardAsync);
        Action("skip", "Passes over the event that stopped it, for good, and writes down who said so and why.", (control, name, request, http) =>
            control.SkipAsync(name, request!.Position!.Value, WhoActs(request, http), request.Reason!, http.RequestAborted));

        void Action(string action, string summary, Func<ProjectionControl, string, ProjectionRequest?, HttpContext, Task> act) =>
            projections.MapPost($"/{{name}}/{action}", async (
                string name, HttpContext http, IEnumerable<ProjectionControl> controls, IEnumerable<EventStore> stores, ProjectionRequest? request) =>
            {
                if (Find(controls, name) is not { } control)
                    return Unknown(name);
                Check(action, request, http);
                var acted = new OperatorActed(WhoActs(request, http), $"projection-{action}", $"projection {name}", OperatorActions.ReasonOrNone(request?.Reason));
                var store = stores.First(store => store.Name == control.Store);
                await store.RecordOperatorActionAsync(acted, http.RequestAborted);
                try
                {
                    await act(control, name, request, http);
                }
                catch (DomainException)
                {
                    // The record is of what was to be done.
                    await store.RecordOperatorActionAsync(acted with { Action = $"{acted.Action}-refused" }, http.RequestAborted);
                    throw;
                }

                return (Results<Ok<ProjectionStatus>, ProblemHttpResult>)TypedResults.Ok(await control.ReadAsync(name, http.RequestAborted));
            }).WithSummary(summary);
    }

    private static async Task<Ok<List<ProjectionStatus>>> ListAsync(IEnumerable<ProjectionControl> controls, CancellationToken cancellationToken)
    {
        var statuses = new List<ProjectionStatus>();
        foreach (var control in controls)
            statuses.AddRange(await control.ReadAsync(cancellationToken));
        return TypedResults.Ok(statuses);
    }

    private static async Task<Results<Ok<ProjectionStatus>, ProblemHttpResult>> ReadAsync(
        string name, IEnumerable<ProjectionControl> controls, CancellationToken cancellationToken) =>
        Find(controls, name) is { } control ? TypedResults.Ok(await control.ReadAsync(name, cancellationToken)) : Unknown(name);

    private static async Task<Results<Ok<RowDifferences>, ProblemHttpResult>> CompareAsync(
        string name, int? limit, IEnumerable<ProjectionControl> controls, CancellationToken cancellationToken) =>
        Find(controls, name) is { } control
            ? TypedResults.Ok(await control.CompareAsync(name, Math.Clamp(limit ?? 100, 0, RowsMax), cancellationToken))
            : Unknown(name);

    /// <exception cref="DomainException">It does not say what it must.</exception>
    private static void Check(string action, ProjectionRequest? request, HttpContext http)
    {
        if (action == "skip" && request?.Position is null)
            throw new DomainException("invalid-request", "Name the position of the event that stopped it, as its status does.") { Field = "position" };
        if (action == "skip" && string.IsNullOrWhiteSpace(request!.Reason))
            throw new DomainException("invalid-request", "Say why: it is written down with the event that is passed over.") { Field = "reason" };
        if (action is "skip" or "pause" && http.User.Identity is not { IsAuthenticated: true } && string.IsNullOrWhiteSpace(request?.By))
            throw new DomainException("invalid-request", "Say who you are: it is written down.") { Field = "by" };
    }

    private static async Task DiscardAsync(ProjectionControl control, string name, ProjectionRequest? request, HttpContext http)
    {
        var status = await control.ReadAsync(name, http.RequestAborted);
        await control.DiscardAsync(name, status.Next is null ? ProjectionSlot.Previous : ProjectionSlot.Next, http.RequestAborted);
    }

    private static ProjectionControl? Find(IEnumerable<ProjectionControl> controls, string name) => controls.FirstOrDefault(control => control.Names.Contains(name));

    private static string WhoActs(ProjectionRequest? request, HttpContext http) =>
        http.User.Identity is { IsAuthenticated: true } || string.IsNullOrWhiteSpace(request?.By) ? http.Who() : request.By;

    private static ProblemHttpResult Unknown(string name) => TypedResults.Problem(
        $"No read model is called {name}. GET /projections lists them.", statusCode: StatusCodes.Status404NotFound, title: "projection-not-found", type: "urn:shop:projection-not-found",
        extensions: new Dictionary<string, object?> { ["code"] = "projection-not-found" });
}
