using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Net.Http.Headers;

namespace Shop.ServiceDefaults.Refusals;

/// <summary>What to say of a request that the framework could not read: in the caller's words, and not in those of our source.</summary>
internal static partial class UnreadableRequest
{
    private const string Title = "The request cannot be read.";
    private const int ShownAtMost = 50;

    public static ProblemDetails Describe(BadHttpRequestException bad)
    {
        var (field, detail) = bad switch
        {
            { InnerException: JsonException json } => OfJson(json),
            { StatusCode: StatusCodes.Status415UnsupportedMediaType } => (null, "Send JSON, with the header Content-Type: application/json."),
            { StatusCode: StatusCodes.Status413PayloadTooLarge } => (null, "The body is too large. Send less at once."),
            _ => OfParameter(bad.Message),
        };
        var problem = new ProblemDetails { Status = bad.StatusCode, Title = Title, Detail = detail };
        if (field is not null)
            problem.Extensions["field"] = field;
        return problem;
    }

    public static ProblemDetails UnknownCharset() =>
        new() { Status = StatusCodes.Status415UnsupportedMediaType, Title = Title, Detail = "Send JSON in UTF-8: leave charset out of Content-Type, or say charset=utf-8." };

    public static bool NamesCharset(HttpRequest request) => MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && type.Charset.HasValue;

    private static (string? Field, string Detail) OfJson(JsonException json)
    {
        var place = json is { LineNumber: { } line, BytePositionInLine: { } position } ? FormattableString.Invariant($", line {line + 1}, byte {position + 1}") : "";
        return json.Path?.TrimStart('$').TrimStart('.') is { Length: > 0 } field
            ? (field, $"{field} cannot be read{place}: there must be another type of value, or it is not JSON.")
            : (null, $"The body cannot be read{place}: send a JSON object in UTF-8, with the members that GET /openapi/v1.json names.");
    }

    private static (string? Field, string Detail) OfParameter(string message)
    {
        if (Unbound().Match(message) is { Success: true } unbound)
        {
            var name = NameOf(unbound);
            return (name, $"{name} cannot be \"{Cut(unbound.Groups["value"].Value)}\": GET /openapi/v1.json says what it takes.");
        }

        if (Missing().Match(message) is { Success: true } missing && missing.Groups["place"].Value is not "body")
            return (NameOf(missing), $"{NameOf(missing)} is missing from the {missing.Groups["place"].Value}.");
        return (null, "Send a JSON object as the body, with the header Content-Type: application/json; GET /openapi/v1.json names its members.");
    }

    /// <summary>As callers write it, where it is a property's.</summary>
    private static string NameOf(Match match) => JsonNamingPolicy.CamelCase.ConvertName(match.Groups["name"].Value);

    private static string Cut(string value) => value.Length > ShownAtMost ? $"{value[..ShownAtMost]}…" : value;

    [GeneratedRegex("^Failed to bind parameter \"(?:[^\"]* )?(?<name>[^\" ]+)\" from \"(?<value>.*)\"\\.$", RegexOptions.Singleline)]
    private static partial Regex Unbound();

    [GeneratedRegex("^Required parameter \"(?:[^\"]* )?(?<name>[^\" ]+)\" was not provided from (?<place>[a-z ]+)\\.$")]
    private static partial Regex Missing();
}
