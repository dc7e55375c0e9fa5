using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Shop.ServiceDefaults.Security;

/// <summary>
/// How often one customer may check out, and one address may try to sign in; section <c>Shop:RateLimits</c>. Each process counts
/// for itself. Operators are not counted.
/// </summary>
public sealed class RateLimits
{
    public const string Section = "Shop:RateLimits";

    /// <summary>For routes that a signed-in customer orders by.</summary>
    public const string Checkout = "checkout";

    /// <summary>For routes that take a password.</summary>
    public const string SignIn = "sign-in";

    private const int Segments = 6;

    /// <summary>Orders of one customer in a minute.</summary>
    public int CheckoutsPerMinute { get; set; } = 120;

    /// <summary>Passwords tried and accounts opened from one address in a minute.</summary>
    public int SignInsPerMinute { get; set; } = 60;

    internal static void Add(IServiceCollection services)
    {
        services.AddOptions<RateLimits>().BindConfiguration(Section)
            .Validate(limits => limits.CheckoutsPerMinute > 0, $"Setting {Section}:{nameof(CheckoutsPerMinute)} must be at least 1.")
            .Validate(limits => limits.SignInsPerMinute > 0, $"Setting {Section}:{nameof(SignInsPerMinute)} must be at least 1.")
            .ValidateOnStart();
        services.AddRateLimiter(_ => { });
        services.AddOptions<RateLimiterOptions>().Configure<IOptions<RateLimits>>((options, limits) =>
        {
            options.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            options.OnRejected = TellWhenAsync;
            options.AddPolicy(Checkout, http => http.User.IsOperator()
                ? RateLimitPartition.GetNoLimiter("operator")
                : PerMinute($"customer {http.User.CustomerId()}", limits.Value.CheckoutsPerMinute));
            options.AddPolicy(SignIn, http => HttpMethods.IsGet(http.Request.Method)
                ? RateLimitPartition.GetNoLimiter("who only looks at the form")
                : PerMinute($"address {http.Connection.RemoteIpAddress}", limits.Value.SignInsPerMinute));
        });
    }

    private static RateLimitPartition<string> PerMinute(string whose, int permits) => RateLimitPartition.GetSlidingWindowLimiter(
        whose, _ => new() { PermitLimit = permits, Window = TimeSpan.FromMinutes(1), SegmentsPerWindow = Segments, QueueLimit = 0 });

    /// <summary>The body is made where all answers without one get theirs.</summary>
    private static ValueTask TellWhenAsync(OnRejectedContext context, CancellationToken cancellationToken)
    {
        var wait = context.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromSeconds(60 / Segments);
        context.HttpContext.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return ValueTask.CompletedTask;
    }
}
