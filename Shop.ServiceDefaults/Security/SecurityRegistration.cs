using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.BearerToken;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Shop.ServiceDefaults.Security;

/// <summary>
/// Who calls, and what they may. The services' routes take an access token and nothing else; only routes of the site, which say so
/// with <see cref="SignedInByCookie{TBuilder}"/>, take the site's cookie, so that no other site can act through a visitor's browser.
/// </summary>
public static class SecurityRegistration
{
    /// <summary>ASP.NET Core Identity's own name for its cookie, which only the site's process knows.</summary>
    private const string CookieScheme = "Identity.Application";

    /// <summary>Chooses by route between the token and the cookie.</summary>
    private const string Scheme = "Shop";

    /// <summary>Marks routes of the site: whoever has its cookie is signed in there.</summary>
    public static TBuilder SignedInByCookie<TBuilder>(this TBuilder endpoint) where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new SignedInByCookieAttribute());

    /// <summary>Marks pages that people read and nobody changes anything with: by the cookie where this process has the site, else by a token.</summary>
    internal static void SignedInByEither(this IEndpointConventionBuilder pages, IServiceProvider services)
    {
        if (services.GetRequiredService<IOptions<AuthenticationOptions>>().Value.SchemeMap.ContainsKey(CookieScheme))
            pages.SignedInByCookie();
    }

    internal static void Add(IHostApplicationBuilder builder)
    {
        KeyFolder.Add(builder.Services);
        builder.Services.AddSingleton<AccessTokens>();
        builder.Services.AddAuthentication(Scheme)
            .AddPolicyScheme(Scheme, displayName: null, options => options.ForwardDefaultSelector = SchemeOf)
            .AddBearerToken();
        builder.Services.PostConfigure<BearerTokenOptions>(
            BearerTokenDefaults.AuthenticationScheme, options => options.BearerTokenProtector = new RememberedTokens(options.BearerTokenProtector));
        builder.Services.AddAuthorizationBuilder()
            .AddPolicy(Policies.Customer, policy => policy.RequireAuthenticatedUser())
            .AddPolicy(Policies.Operator, policy => policy.RequireRole(Roles.Operator))
            .SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireRole(Roles.Operator).Build());
        builder.Services.AddSingleton<IAuthorizationMiddlewareResultHandler, AuthorizationAnswers>();
        RateLimits.Add(builder.Services);
        Proxies.Add(builder.Services);
    }

    internal static void Use(WebApplication app)
    {
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseRateLimiter();
    }

    /// <summary>What is said about an answer that stops here, for people who call by hand.</summary>
    internal static void Describe(ProblemDetailsContext context)
    {
        var problem = context.ProblemDetails;
        (string Code, string Detail)? known = problem.Detail is not null ? null : problem.Status switch
        {
            StatusCodes.Status401Unauthorized => ("not-signed-in", "Send the header Authorization: Bearer TOKEN. POST /account/token gives a token for an e-mail address and a password; this one is missing, unknown or expired."),
            StatusCodes.Status403Forbidden => ("not-allowed", "This account may not do that: it is for operators."),
            StatusCodes.Status404NotFound => ("not-found", "Nothing is at this address. GET /openapi/v1.json lists what is."),
            StatusCodes.Status405MethodNotAllowed => ("method-not-allowed", "Not with this method: the header Allow names those that there are."),
            StatusCodes.Status415UnsupportedMediaType => ("unsupported-media-type", "Send JSON, with the header Content-Type: application/json."),
            StatusCodes.Status429TooManyRequests => ("too-many-requests", "Nothing was done. Wait for the seconds in Retry-After, then send it again."),
            _ => null,
        };
        if (known is not { } answer)
            return;
        (problem.Title, problem.Type, problem.Detail) = (answer.Code, $"urn:shop:{answer.Code}", answer.Detail);
        problem.Extensions["code"] = answer.Code;
    }

    private static string SchemeOf(HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<SignedInByCookieAttribute>() is null
        ? BearerTokenDefaults.AuthenticationScheme
        : CookieScheme;
}

/// <summary>A route of the site: whoever has its cookie is signed in there. On any other route the cookie says nothing.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class SignedInByCookieAttribute : Attribute;

/// <summary>Where nothing is, nobody is asked who they are: that is a 404, and routing's own answer to a wrong method or type is a 405 or a 415.</summary>
internal sealed class AuthorizationAnswers : IAuthorizationMiddlewareResultHandler
{
    private readonly AuthorizationMiddlewareResultHandler standard = new();

    public Task HandleAsync(RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult) =>
        context.GetEndpoint() is not RouteEndpoint ? next(context) : standard.HandleAsync(next, context, policy, authorizeResult);
}
