using Microsoft.Extensions.Options;

namespace Shop.Payments.Gateway;

/// <summary>The section <c>Payments:Gateway</c>.</summary>
public sealed class GatewayOptions
{
    public const string Section = "Payments:Gateway";

    public string BaseUrl { get; set; } = "https://api.stripe.com";

    /// <summary>The secret (<c>sk_…</c>) or restricted (<c>rk_…</c>) API key.</summary>
    public string SecretKey { get; set; } = "";

    /// <summary>Checks the signature of incoming webhooks. Empty: webhooks are not accepted.</summary>
    public string WebhookSecret { get; set; } = "";

    /// <summary>After this time without an answer the outcome is unknown.</summary>
    public double TimeoutSeconds { get; set; } = 2;
}

internal sealed class GatewayOptionsValidation : IValidateOptions<GatewayOptions>
{
    public ValidateOptionsResult Validate(string? name, GatewayOptions options)
    {
        var failures = Failures(options).ToList();
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static IEnumerable<string> Failures(GatewayOptions options)
    {
        var isAddress = Uri.TryCreate(options.BaseUrl, UriKind.Absolute, out var address) && address.Scheme is "http" or "https";
        if (!isAddress)
            yield return $"{GatewayOptions.Section}:BaseUrl must be an absolute http or https address.";
        if (string.IsNullOrWhiteSpace(options.SecretKey))
            yield return $"{GatewayOptions.Section}:SecretKey is not set.";
        else if (!IsKey(options.SecretKey))
            yield return $"{GatewayOptions.Section}:SecretKey must be a secret key (sk_...) or a restricted key (rk_...).";
        if (isAddress && address!.Scheme == "http" && options.SecretKey.Contains("_live_", StringComparison.Ordinal))
            yield return $"{GatewayOptions.Section}:BaseUrl must be https with a live key.";
        if (options.TimeoutSeconds is not (>= 0.05 and <= 300))
            yield return $"{GatewayOptions.Section}:TimeoutSeconds must lie between 0.05 and 300.";
    }

    private static bool IsKey(string key) =>
        (key.StartsWith("sk_", StringComparison.Ordinal) || key.StartsWith("rk_", StringComparison.Ordinal))
        && key.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter == '_');
}
