using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Logging;
using Shop.EventSourcing;
using Shop.EventSourcing.Storage;

namespace Shop.ServiceDefaults.Refusals;

/// <summary>Maps the errors that services throw to problem details (RFC 9457), in one place.</summary>
internal sealed class ProblemDetailsHandler(IProblemDetailsService problems, ILogger<ProblemDetailsHandler> logger) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        var problem = exception switch
        {
            DomainException domain => Describe(domain),
            BadHttpRequestException bad => UnreadableRequest.Describe(bad),
            InvalidOperationException { InnerException: ArgumentException or NotSupportedException } when UnreadableRequest.NamesCharset(httpContext.Request) => UnreadableRequest.UnknownCharset(),
            ConcurrencyConflictException => new()
            {
                Status = StatusCodes.Status503ServiceUnavailable,
                Title = "Too much happens to this at once.",
                Detail = "Nothing was changed. Try again in a moment.",
            },
            _ when StorageFailure.IsTransient(exception) => DatabaseAway(httpContext, exception),
            _ => (ProblemDetails?)null,
        };
        if (problem is null)
        {
            Log.Failed(logger, exception, httpContext.Request.Method, httpContext.Request.Path);
            problem = new() { Status = StatusCodes.Status500InternalServerError, Title = "Something went wrong on our side.", Detail = "It was logged. The same request can be sent again." };
        }

        httpContext.Response.StatusCode = problem.Status!.Value;
        return await problems.TryWriteAsync(new() { HttpContext = httpContext, ProblemDetails = problem });
    }

    private ProblemDetails DatabaseAway(HttpContext http, Exception exception)
    {
        Log.DatabaseAway(logger, http.Request.Method, http.Request.Path, exception.GetBaseException().Message);
        http.Response.Headers.RetryAfter = "2";
        return new()
        {
            Status = StatusCodes.Status503ServiceUnavailable,
            Title = "The database is away for a moment.",
            Detail = "If this was to change something, it is not known whether it did: send the same request again, under the same Idempotency-Key.",
        };
    }

    private static ProblemDetails Describe(DomainException exception)
    {
        var problem = new ProblemDetails
        {
            Status = exception.Conflict ? StatusCodes.Status409Conflict : StatusCodes.Status422UnprocessableEntity,
            Title = exception.Code,
            Type = $"urn:shop:{exception.Code}",
            Detail = exception.Message,
        };
        problem.Extensions["code"] = exception.Code;
        if (exception.Field is not null)
            problem.Extensions["field"] = exception.Field;
        foreach (var (key, value) in exception.Details)
            problem.Extensions[key] = value;
        return problem;
    }
}

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed")]
    public static partial void Failed(ILogger logger, Exception exception, string method, string path);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Method} {Path} was answered with 503: {Reason}")]
    public static partial void DatabaseAway(ILogger logger, string method, string path, string reason);
}
