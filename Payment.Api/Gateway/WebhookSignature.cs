using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Shop.Payments.Gateway;

/// <summary>The signature of Stripe's webhooks: header <c>Stripe-Signature: t=…,v1=…</c>.</summary>
public static class WebhookSignature
{
    public static readonly TimeSpan DefaultTolerance = TimeSpan.FromMinutes(5);

    /// <summary>Whether the body was signed with the secret, no longer ago (or ahead) than the tolerance. Takes the same time whatever differs.</summary>
    /// <param name="body">The bytes as received, before any parsing.</param>
    public static bool Verify(string? header, ReadOnlySpan<byte> body, string secret, DateTimeOffset now, TimeSpan tolerance)
    {
        if (string.IsNullOrEmpty(header) || secret.Length == 0) return false;
        string? timestamp = null;
        var signatures = new List<string>(1);
        foreach (var part in header.Split(',', StringSplitOptions.TrimEntries))
        {
            if (part.StartsWith("t=", StringComparison.Ordinal)) timestamp = part[2..];
            else if (part.StartsWith("v1=", StringComparison.Ordinal)) signatures.Add(part[3..]);
        }

        if (!long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var signedUnixSeconds)) return false;
        var ageSeconds = Math.Abs((decimal)now.ToUnixTimeSeconds() - signedUnixSeconds);
        if (ageSeconds > (decimal)tolerance.TotalSeconds) return false;

        var expected = Encoding.ASCII.GetBytes(Sign(timestamp, body, secret));
        var isSigned = false;
        // While a secret is being changed Stripe sends one signature per secret.
        foreach (var signature in signatures)
            isSigned |= CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(signature), expected);
        return isSigned;
    }

    private static string Sign(string timestamp, ReadOnlySpan<byte> body, string secret)
    {
        byte[] signed = [.. Encoding.ASCII.GetBytes(timestamp), (byte)'.', .. body];
        return Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), signed));
    }
}
