using Microsoft.AspNetCore.Http.HttpResults;

namespace Shop.Ordering;

/// <summary>Problem details (RFC 9457) for what is not a decision of the domain: those are mapped centrally.</summary>
internal static class Problems
{
    public static ProblemHttpResult BadRequest(string code, string field, string detail) => Of(StatusCodes.Status400BadRequest, code, field, detail);

    public static ProblemHttpResult Invalid(string field, string detail) => Of(StatusCodes.Status422UnprocessableEntity, "invalid-request", field, detail);

    public static ProblemHttpResult UnknownOrder(string id) =>
        Of(StatusCodes.Status404NotFound, "order-not-found", "id", $"There is no order {id}. Take the id from the Location of POST /orders, or from GET /orders.");

    public static ProblemHttpResult Of(int statusCode, string code, string field, string detail) => TypedResults.Problem(
        detail, statusCode: statusCode, title: code, type: $"urn:shop:{code}", extensions: new Dictionary<string, object?> { ["code"] = code, ["field"] = field });
}
