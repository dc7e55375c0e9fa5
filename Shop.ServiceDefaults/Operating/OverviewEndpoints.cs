using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Shop.ServiceDefaults.Security;

namespace Shop.ServiceDefaults;

/// <summary>How the service is doing, for a page that looks every second.</summary>
internal static class OverviewEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var overview = routes.MapGroup("/overview").WithTags("Overview").RequireAuthorization(Policies.Operator);
        overview.MapGet("", async (OverviewSampler sampler, CancellationToken cancellationToken) => TypedResults.Ok(await sampler.ReadAsync(cancellationToken)))
            .WithSummary("Orders, sagas, stock at risk, what waits and what lags; at most a second old. For operators.");
        overview.MapGet("/live", (OverviewSampler sampler, CancellationToken cancellationToken) =>
                TypedResults.ServerSentEvents(sampler.FollowAsync(cancellationToken), eventType: "overview"))
            .WithSummary("The same each second, as server-sent events. All who listen share one sample. For operators.");
    }
}
