using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Shop.ServiceDefaults.Security;

namespace Shop.Storefront.Accounts;

/// <param name="Email">What to sign in with.</param>
/// <param name="DisplayName">How to be addressed; may be left out.</param>
public sealed record RegisterRequest(string? Email, string? Password, string? DisplayName);

/// <param name="CustomerId">Of the account's orders.</param>
public sealed record RegisterResponse(string CustomerId, string Email, string? DisplayName);

public sealed record TokenRequest(string? Email, string? Password);

/// <param name="AccessToken">For the header <c>Authorization: Bearer …</c> of every other route.</param>
/// <param name="TokenType">Always <c>Bearer</c>.</param>
public sealed record TokenResponse(string AccessToken, string TokenType, long ExpiresInSeconds);

/// <summary>Accounts over HTTP. To sign in on the site is a page, <c>/account/sign-in</c>.</summary>
internal static class AccountEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var account = routes.MapGroup("/account").WithTags("Account");
        account.MapPost("/register", RegisterAsync).AllowAnonymous().RequireRateLimiting(RateLimits.SignIn)
            .WithName("Register").WithSummary("Opens a customer's account.")
            .ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status422UnprocessableEntity).ProducesProblem(StatusCodes.Status429TooManyRequests);
        account.MapPost("/token", IssueAsync).AllowAnonymous().RequireRateLimiting(RateLimits.SignIn)
            .WithName("GetToken").WithSummary("An access token for an e-mail address and a password; locked for a while after five failures.")
            .ProducesProblem(StatusCodes.Status401Unauthorized).ProducesProblem(StatusCodes.Status429TooManyRequests);
        // A form's parameter: so that the antiforgery token is asked for.
        account.MapPost("/sign-out", SignOutAsync).AllowAnonymous().SignedInByCookie().ExcludeFromDescription();
    }

    private static async Task<Results<Created<RegisterResponse>, ProblemHttpResult>> RegisterAsync(RegisterRequest request, AccountService accounts)
    {
        var (account, problem) = await accounts.RegisterAsync(request.Email, request.Password, request.DisplayName);
        if (account is null)
        {
            return Problem(
                problem!.Code == AccountProblem.Taken ? StatusCodes.Status409Conflict : StatusCodes.Status422UnprocessableEntity, problem.Code, problem.Detail, problem.Field);
        }

        return TypedResults.Created((string?)null, new RegisterResponse(account.Id, account.Email!, account.DisplayName));
    }

    private static async Task<Results<Ok<TokenResponse>, ProblemHttpResult>> IssueAsync(TokenRequest request, HttpContext http, AccountService accounts)
    {
        if (await accounts.VerifyAsync(request.Email, request.Password) is not { } account)
        {
            return Problem(
                StatusCodes.Status401Unauthorized, "sign-in-failed", "The e-mail address or the password is wrong, or the account is locked for a while after too many failures.", null);
        }

        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(new TokenResponse(await accounts.IssueTokenAsync(account), "Bearer", (long)accounts.TokenLifetime.TotalSeconds));
    }

    private static ProblemHttpResult Problem(int status, string code, string detail, string? field) => TypedResults.Problem(
        detail, statusCode: status, title: code, type: $"urn:shop:{code}",
        extensions: field is null ? new Dictionary<string, object?> { ["code"] = code } : new Dictionary<string, object?> { ["code"] = code, ["field"] = field });

    private static async Task<RedirectHttpResult> SignOutAsync([FromForm] string? back, HttpContext http)
    {
        await http.SignOutAsync(IdentityConstants.ApplicationScheme);
        return TypedResults.LocalRedirect(LocalAddress.Of(back));
    }
}
