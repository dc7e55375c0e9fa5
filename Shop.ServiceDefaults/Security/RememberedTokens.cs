using System.Collections.Concurrent;
using Microsoft.AspNetCore.Authentication;

namespace Shop.ServiceDefaults.Security;

/// <summary>
/// Opens an access token once, and not for each request that brings it: a token says the same until it expires, which is looked at
/// each time. Who has a lot of them comes from time to time, so that all are forgotten when there are too many.
/// </summary>
/// <param name="inner">Opens and seals.</param>
internal sealed class RememberedTokens(ISecureDataFormat<AuthenticationTicket> inner) : ISecureDataFormat<AuthenticationTicket>
{
    private const int MostRemembered = 1_000;

    private readonly ConcurrentDictionary<(string Token, string? Purpose), AuthenticationTicket> opened = new();

    public string Protect(AuthenticationTicket data) => inner.Protect(data);

    public string Protect(AuthenticationTicket data, string? purpose) => inner.Protect(data, purpose);

    public AuthenticationTicket? Unprotect(string? protectedText) => Unprotect(protectedText, purpose: null);

    /// <returns>A ticket of the caller's own, who may change it; null when the token is none of ours.</returns>
    public AuthenticationTicket? Unprotect(string? protectedText, string? purpose)
    {
        if (protectedText is null)
            return null;
        if (!opened.TryGetValue((protectedText, purpose), out var ticket))
        {
            ticket = inner.Unprotect(protectedText, purpose);
            if (ticket is null)
                return null;
            if (opened.Count >= MostRemembered)
                opened.Clear();
            opened[(protectedText, purpose)] = ticket;
        }

        return ticket.Clone();
    }
}
