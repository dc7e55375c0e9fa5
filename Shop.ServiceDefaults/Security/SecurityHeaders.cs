using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Shop.ServiceDefaults.Security;

/// <summary>
/// What browsers may do with our answers: run our own scripts and no others, from no other host, in nobody's frame.
/// </summary>
internal static class SecurityHeaders
{
    /// <summary>Radzen's drop-downs have this one handler in their markup: its hash lets it and nothing else run.</summary>
    private const string RadzenHandler = "'sha256-Gv+T45M6M+kq+caJFhy73JiJ7nitAZcfPRfx1dzDz/4='";

    /// <summary>Styles in the markup are what grids, charts and timelines are laid out with.</summary>
    private const string Rest =
        "style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    private const string Policy = $"default-src 'self'; script-src 'self'; script-src-attr 'unsafe-hashes' {RadzenHandler}; {Rest}";

    /// <summary>The page that tries out the API begins with a script in its markup; it shows nothing that anybody else wrote.</summary>
    private const string DocsPolicy = $"default-src 'self'; script-src 'self' 'unsafe-inline'; {Rest}";

    public static void Use(WebApplication app) => app.Use((context, next) =>
    {
        context.Response.OnStarting(Add, context);
        return next(context);
    });

    private static Task Add(object state)
    {
        var context = (HttpContext)state;
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        headers.ContentSecurityPolicy = context.Request.Path.StartsWithSegments("/docs") ? DocsPolicy : Policy;
        headers.XFrameOptions = "DENY";
        return Task.CompletedTask;
    }
}
