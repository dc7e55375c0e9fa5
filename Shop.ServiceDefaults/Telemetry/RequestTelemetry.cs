using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Shop.Messaging.Measuring;

namespace Shop.ServiceDefaults.Telemetry;

/// <summary>
/// Says what a request's span is about, which ASP.NET Core leaves to a package, and names the order of its route in log lines.
/// A request that nobody observes passes through.
/// </summary>
internal sealed class RequestTelemetry(RequestDelegate next, IOptions<MessageLogOptions> options, ILogger<RequestTelemetry> logger)
{
    private readonly bool writesScopes = options.Value.Scopes;

    public static void Use(WebApplication app) => app.UseMiddleware<RequestTelemetry>();

    public Task InvokeAsync(HttpContext context)
    {
        var span = context.Features.Get<IHttpActivityFeature>()?.Activity;
        if (span is { Recorded: true } && IsProbe(context.Request.Path))
        {
            // Every few seconds, from each balancer: nobody looks for these, and what they ask the database goes with them.
            span.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
            return next(context);
        }

        return writesScopes || span is { IsAllDataRequested: true } ? ObserveAsync(context, span) : next(context);
    }

    private async Task ObserveAsync(HttpContext context, Activity? span)
    {
        // Error handling takes the route away, so it is read before.
        var orderId = Guid.TryParse(context.GetRouteValue("orderId") as string, out var id) ? id : (Guid?)null;
        if (span is { IsAllDataRequested: true })
            Describe(span, context, orderId);
        using var scope = writesScopes && orderId is { } order ? logger.BeginScope(new OrderScope(order)) : null;
        await next(context);
        if (span is { IsAllDataRequested: true })
        {
            var status = context.Response.StatusCode;
            span.SetTag("http.response.status_code", status);
            if (status >= StatusCodes.Status500InternalServerError)
                span.SetStatus(ActivityStatusCode.Error);
        }
    }

    private static void Describe(Activity span, HttpContext context, Guid? orderId)
    {
        var request = context.Request;
        span.SetTag("http.request.method", request.Method);
        span.SetTag("url.scheme", request.Scheme);
        span.SetTag("url.path", request.Path.Value);
        if (request.Host.HasValue)
            span.SetTag("server.address", request.Host.Host);
        if (orderId is { } id)
            span.SetTag("shop.order.id", id);
        var route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText?.TrimEnd('/');
        if (route is not null)
            span.SetTag("http.route", route);
        span.DisplayName = route is null ? request.Method : $"{request.Method} {route}";
    }

    private static bool IsProbe(PathString path) => path.StartsWithSegments("/health");
}
