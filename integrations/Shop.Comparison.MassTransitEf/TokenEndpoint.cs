using System.Security.Claims;
using Microsoft.AspNetCore.Authentication.BearerToken;

namespace Shop.Comparison;

/// <param name="Email">The demo operator's, as in Shop.</param>
public sealed record TokenRequest(string? Email, string? Password);

/// <summary>The one account of the comparison: whoever measures it.</summary>
internal static class TokenEndpoint
{
    private static readonly TokenRequest Operator = new("operator@example.com", "Shop-demo-1");

    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost("/account/token", SignIn);

    private static IResult SignIn(TokenRequest request) => request == Operator
        ? TypedResults.SignIn(
            new(new ClaimsIdentity([new(ClaimTypes.Name, Operator.Email!)], BearerTokenDefaults.AuthenticationScheme)), authenticationScheme: BearerTokenDefaults.AuthenticationScheme)
        : TypedResults.Problem($"The only account is {Operator.Email}, with the password of Shop's demo accounts.", statusCode: StatusCodes.Status401Unauthorized);
}
