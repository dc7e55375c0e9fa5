using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;

namespace Shop.ServiceDefaults.Refusals;

/// <summary>
/// Writes problem details also for who accepts no JSON, such as a browser's EventSource: an error that can be read is better than none.
/// Asked when the framework's own writer declines.
/// </summary>
internal sealed class AnyProblemDetailsWriter(IOptions<ProblemDetailsOptions> options) : IProblemDetailsWriter
{
    public bool CanWrite(ProblemDetailsContext context) => true;

    public async ValueTask WriteAsync(ProblemDetailsContext context)
    {
        var (response, problem) = (context.HttpContext.Response, context.ProblemDetails);
        problem.Status ??= response.StatusCode;
        problem.Title ??= ReasonPhrases.GetReasonPhrase(problem.Status.Value);
        options.Value.CustomizeProblemDetails?.Invoke(context);
        await response.WriteAsJsonAsync(problem, (JsonSerializerOptions?)null, "application/problem+json", context.HttpContext.RequestAborted);
    }
}
