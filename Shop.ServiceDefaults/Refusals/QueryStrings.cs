using Microsoft.AspNetCore.Builder;
using Shop.EventSourcing;

namespace Shop.ServiceDefaults.Refusals;

/// <summary>Query strings are looked for in databases, of which PostgreSQL takes no U+0000. Paths with it the server refuses by itself.</summary>
internal static class QueryStrings
{
    public static void Use(WebApplication app) => app.Use((context, next) =>
    {
        if (context.Request.QueryString.Value?.Contains("%00", StringComparison.Ordinal) == true
            && context.Request.Query.FirstOrDefault(pair => pair.Value.Any(value => value?.Contains('\0', StringComparison.Ordinal) == true)) is { Key: { } name })
        {
            throw new DomainException("invalid-request", $"{name} holds the character U+0000, which nothing here has. Leave it out.") { Field = name };
        }

        return next(context);
    });
}
