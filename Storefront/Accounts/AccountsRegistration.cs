using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Shop.ServiceDefaults.Databases;

namespace Shop.Storefront.Accounts;

/// <summary>Accounts on ASP.NET Core Identity, and the site's cookie.</summary>
internal static class AccountsRegistration
{
    private const int FailuresMax = 5;
    private static readonly TimeSpan Lockout = TimeSpan.FromMinutes(5);

    public static void Add(IServiceCollection services)
    {
        services.AddOptions<AccountsOptions>().BindConfiguration(AccountsOptions.Section)
            .Validate(options => options.TokenMinutes > 0, $"Setting {AccountsOptions.Section}:{nameof(AccountsOptions.TokenMinutes)} must be at least 1.")
            .Validate(options => options.SessionDays > 0, $"Setting {AccountsOptions.Section}:{nameof(AccountsOptions.SessionDays)} must be at least 1.")
            .Validate(options => options.SessionCheckSeconds > 0, $"Setting {AccountsOptions.Section}:{nameof(AccountsOptions.SessionCheckSeconds)} must be at least 1.")
            .Validate(options => options.ErasureCheckSeconds > 0, $"Setting {AccountsOptions.Section}:{nameof(AccountsOptions.ErasureCheckSeconds)} must be at least 1.")
            .ValidateOnStart();
        services.AddSingleton(provider => AccountsDatabase.Of(provider.GetRequiredService<IConfiguration>(), provider.GetRequiredService<IHostEnvironment>()));
        services.AddDbContext<AccountsContext>((provider, options) => provider.GetRequiredService<PlainDatabase>().Use(options));
        services.AddIdentityCore<Account>(Configure).AddEntityFrameworkStores<AccountsContext>().AddSignInManager().AddClaimsPrincipalFactory<AccountClaims>();
        services.AddAuthentication().AddCookie(IdentityConstants.ApplicationScheme);
        services.AddOptions<CookieAuthenticationOptions>(IdentityConstants.ApplicationScheme).Configure<IOptions<AccountsOptions>>((cookie, options) =>
        {
            cookie.Cookie.Name = "shop-account";
            cookie.Cookie.HttpOnly = true;
            cookie.Cookie.SameSite = SameSiteMode.Lax;
            cookie.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            cookie.Cookie.IsEssential = true;
            cookie.LoginPath = "/account/sign-in";
            cookie.AccessDeniedPath = "/account/not-allowed";
            cookie.ReturnUrlParameter = "back";
            cookie.ExpireTimeSpan = TimeSpan.FromDays(options.Value.SessionDays);
            cookie.SlidingExpiration = true;
            cookie.Events.OnValidatePrincipal = AccountRevalidation.ValidateCookieAsync;
        });
        services.AddScoped<AuthenticationStateProvider, AccountRevalidation>();
        services.AddSingleton<DemoAccounts>();
        services.AddScoped<AccountService>();
        services.AddScoped<UserToken>();
        services.AddSingleton<AccountErasure>();
        services.AddHostedService<AccountsOpener>();
        services.AddHostedService<ErasureFollower>();
        services.AddHealthChecks().AddCheck<AccountsHealthCheck>($"store {AccountsDatabase.Name}", tags: ["ready"]);
    }

    private static void Configure(IdentityOptions options)
    {
        options.User.RequireUniqueEmail = true;
        options.User.AllowedUserNameCharacters = ""; // Whatever an e-mail address may have.
        // Length is what counts; rules on characters only make people write passwords down.
        options.Password.RequiredLength = 10;
        options.Password.RequiredUniqueChars = 5;
        (options.Password.RequireDigit, options.Password.RequireLowercase, options.Password.RequireUppercase, options.Password.RequireNonAlphanumeric) = (false, false, false, false);
        options.Lockout.MaxFailedAccessAttempts = FailuresMax;
        options.Lockout.DefaultLockoutTimeSpan = Lockout;
    }
}
