using Microsoft.Extensions.Options;

namespace Shop.Storefront.Accounts;

/// <summary>Section <c>Shop:Accounts</c>.</summary>
public sealed class AccountsOptions
{
    public const string Section = "Shop:Accounts";

    /// <summary>How long an access token from <c>POST /account/token</c> is good.</summary>
    public int TokenMinutes { get; set; } = 60;

    /// <summary>How long the site keeps somebody signed in who does not come back.</summary>
    public int SessionDays { get; set; } = 14;

    /// <summary>How often it is looked whether somebody who is signed in still has an account.</summary>
    public int SessionCheckSeconds { get; set; } = 60;

    /// <summary>How often the order service is asked whom to erase.</summary>
    public int ErasureCheckSeconds { get; set; } = 5;

    internal TimeSpan SessionCheck => TimeSpan.FromSeconds(SessionCheckSeconds);

    /// <summary>The first operator, made at the start when there is no account of that address.</summary>
    public FirstOperator? Operator { get; set; }

    /// <exception cref="OptionsValidationException">Only one of the two is given, or the password is one that everybody knows.</exception>
    internal FirstOperator? CheckedOperator(IHostEnvironment environment)
    {
        if (string.IsNullOrEmpty(Operator?.Email) && string.IsNullOrEmpty(Operator?.Password))
            return null;
        if (string.IsNullOrEmpty(Operator.Email) || string.IsNullOrEmpty(Operator.Password))
            throw Refused($"Settings {Section}:Operator:Email and {Section}:Operator:Password go together: give both, or neither.");
        if (environment.IsProduction() && (Operator.Password == DemoAccounts.Password || Operator.Password.Contains("change-me", StringComparison.OrdinalIgnoreCase)))
            throw Refused($"Setting {Section}:Operator:Password is not for Production: everybody knows it. Choose a secret one.");
        return Operator;
    }

    internal static OptionsValidationException Refused(string message) => new(Section, typeof(AccountsOptions), [message]);
}

public sealed class FirstOperator
{
    public string Email { get; set; } = "";

    /// <summary>Only until the account exists; later changes here change nothing.</summary>
    public string Password { get; set; } = "";
}
