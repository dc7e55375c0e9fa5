using System.Security.Claims;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Security;

namespace Shop.Storefront.Accounts;

/// <param name="Account">Null: it was not opened, and <paramref name="Problem"/> says why.</param>
public sealed record Registration(Account? Account, AccountProblem? Problem);

/// <param name="Field">Which one to correct.</param>
/// <param name="Detail">How.</param>
public sealed record AccountProblem(string Code, string Field, string Detail)
{
    public const string Taken = "email-taken";
    public const string Invalid = "invalid-account";
}

/// <summary>Opens accounts, and tells by e-mail address and password whose account it is.</summary>
public sealed class AccountService(
    UserManager<Account> accounts, IUserClaimsPrincipalFactory<Account> claims, IPasswordHasher<Account> hasher, AccessTokens tokens, DemoAccounts demo, IOptions<AccountsOptions> options)
{
    private const int MaxNameLength = 100;

    /// <summary>What is hashed for whoever asks has to be short.</summary>
    private const int MaxPasswordLength = 1_000;

    /// <summary>Of no account: whoever tries an unknown address waits as long as for a known one.</summary>
    private static readonly Account Nobody = new();
    private static string? nobodysHash;

    private static readonly Registration Taken =
        new(null, new(AccountProblem.Taken, "email", "There is an account of this e-mail address already. Sign in, or give another address."));

    public TimeSpan TokenLifetime => TimeSpan.FromMinutes(options.Value.TokenMinutes);

    /// <summary>Opens a customer's account. Operators are not made here.</summary>
    public async Task<Registration> RegisterAsync(string? email, string? password, string? displayName)
    {
        var name = string.IsNullOrWhiteSpace(displayName) ? null : displayName.Trim();
        if (name?.Length > MaxNameLength || name?.Any(char.IsControl) == true)
            return new(null, new(AccountProblem.Invalid, "displayName", $"Give a name of at most {MaxNameLength} characters, or leave it out."));
        var address = email?.Trim();
        if (!EmailAddress.IsOne(address))
            return new(null, new(AccountProblem.Invalid, "email", $"Give an e-mail address such as name@example.com, of at most {EmailAddress.MaxLength} characters."));
        if (password?.Length > MaxPasswordLength)
            return new(null, new(AccountProblem.Invalid, "password", $"Give a password of at most {MaxPasswordLength} characters."));
        if (demo.IsRefused(address!))
            return Taken;
        var account = new Account { UserName = address, Email = address, DisplayName = name, Role = Roles.Customer };
        try
        {
            var result = await accounts.CreateAsync(account, password ?? "");
            return result.Succeeded ? new(account, null) : Explain(result);
        }
        catch (DbUpdateException) when (!string.IsNullOrEmpty(account.Email))
        {
            // Two at once: the other one has it now, unless the database is away, which asking it again tells.
            var normalized = accounts.NormalizeEmail(account.Email);
            if (await accounts.Users.AsNoTracking().AnyAsync(known => known.NormalizedEmail == normalized))
                return Taken;
            throw;
        }
    }

    /// <returns>Null: the address or the password is wrong, or there were too many failures; it is not told which.</returns>
    public async Task<Account?> VerifyAsync(string? email, string? password)
    {
        if (password?.Length > MaxPasswordLength)
            password = "";
        var address = email?.Trim();
        var account = !EmailAddress.IsOne(address) || demo.IsRefused(address!) ? null : await accounts.FindByEmailAsync(address!);
        if (account is null)
        {
            hasher.VerifyHashedPassword(Nobody, nobodysHash ??= hasher.HashPassword(Nobody, "nobody has this password"), password ?? "");
            return null;
        }

        var isLocked = await accounts.IsLockedOutAsync(account);
        var isRight = await accounts.CheckPasswordAsync(account, password ?? "");
        if (isLocked)
            return null;
        if (!isRight)
        {
            await accounts.AccessFailedAsync(account);
            return null;
        }

        if (account.AccessFailedCount > 0)
            await accounts.ResetAccessFailedCountAsync(account);
        return account;
    }

    /// <summary>A token for the services' routes.</summary>
    public async Task<string> IssueTokenAsync(Account account) => tokens.Issue(await PrincipalOfAsync(account), TokenLifetime);

    public Task<ClaimsPrincipal> PrincipalOfAsync(Account account) => claims.CreateAsync(account);

    private static Registration Explain(IdentityResult result)
    {
        var errors = result.Errors.ToArray();
        if (errors.Any(error => error.Code is nameof(IdentityErrorDescriber.DuplicateEmail) or nameof(IdentityErrorDescriber.DuplicateUserName)))
            return Taken;
        return errors.FirstOrDefault(error => error.Code.StartsWith("Password", StringComparison.Ordinal)) is { } weak
            ? new(null, new(AccountProblem.Invalid, "password", weak.Description))
            : new(null, new(AccountProblem.Invalid, "email", "Give an e-mail address such as name@example.com."));
    }
}
