using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Shop.ServiceDefaults.Refusals;

/// <summary>What a site shows people instead of problem details.</summary>
/// <param name="Path">Of the page, with <c>{0}</c> for the status code.</param>
public sealed record ErrorPages(string Path)
{
    private const string Html = "text/html";

    internal static void Use(WebApplication app)
    {
        if (app.Services.GetService<ErrorPages>() is not { } pages)
            return;
        app.UseStatusCodePagesWithReExecute(pages.Path);
        // Not in a branch of the pipeline: there, nothing would be routed a second time. Without these pages, those before them answer.
        app.Use(async (context, next) =>
        {
            var accepts = context.Features.GetRequiredFeature<IStatusCodePagesFeature>().Enabled = Accepts(context.Request);
            try
            {
                await next(context);
            }
            catch (BadHttpRequestException bad) when (accepts && !context.Response.HasStarted)
            {
                context.Response.StatusCode = bad.StatusCode;
            }

            // The page is looked at, whatever was sent.
            if (accepts && context.Response is { HasStarted: false, StatusCode: >= StatusCodes.Status400BadRequest })
                context.Request.Method = HttpMethods.Get;
        });
    }

    private static bool Accepts(HttpRequest request) => request.Headers.Accept.Any(types => types?.Contains(Html, StringComparison.OrdinalIgnoreCase) == true);
}
