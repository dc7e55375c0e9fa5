namespace Shop.Storefront.Clients.Operations;

public sealed record ProjectionStatus(
    string Store, string Name, string Kind, string Table, long Head, GenerationStatus Live, GenerationStatus? Next, GenerationStatus? Previous, IReadOnlyList<SkippedEvent> Skipped);

public sealed record GenerationStatus(
    long Generation, string State, long Position, long LagEvents, double? Progress, DateTimeOffset? BeganAt, ProjectionPause? Pause, ProjectionError? Error);

public sealed record ProjectionPause(DateTimeOffset At, string By, string? Why);

public sealed record ProjectionError(long Position, string? Type, string? Stream, string Message);

public sealed record SkippedEvent(long Position, string? Type, string? Stream);

public sealed record RowDifferences(
    string Projection, string Other, long LivePosition, long OtherPosition, long LiveRows, long OtherRows, long Changed, long OnlyLive, long OnlyOther, long UnderWay, IReadOnlyList<RowDifference> Rows);

public sealed record RowDifference(string Key, string Kind, IReadOnlyList<ColumnDifference> Columns);

public sealed record ColumnDifference(string Column, string? Live, string? Other);

/// <summary>Read models, and what may be done with them.</summary>
public sealed class ProjectionsClient(ServiceCaller caller, OverviewClient overview)
{
    public async Task<IReadOnlyList<ProjectionStatus>> ListAsync(CancellationToken cancellationToken)
    {
        var found = new List<ProjectionStatus>();
        foreach (var service in overview.Services)
            found.AddRange(await caller.GetAsync<ProjectionStatus[]>(service, "projections", cancellationToken) ?? []);
        return [.. found.OrderBy(status => status.Store, StringComparer.Ordinal).ThenBy(status => status.Name, StringComparer.Ordinal)];
    }

    /// <param name="action">pause, resume, rebuild, swap, back, discard or skip.</param>
    /// <param name="position">To skip: of the event that stopped it.</param>
    public Task ActAsync(ProjectionStatus projection, string action, string reason, long? position, CancellationToken cancellationToken) => caller.SendAsync(
        projection.Store, HttpMethod.Post, $"projections/{Uri.EscapeDataString(projection.Name)}/{action}", new { reason, position }, cancellationToken: cancellationToken);

    public Task<RowDifferences?> CompareAsync(ProjectionStatus projection, CancellationToken cancellationToken) =>
        caller.GetAsync<RowDifferences>(projection.Store, $"projections/{Uri.EscapeDataString(projection.Name)}/difference?limit=50", cancellationToken);
}
