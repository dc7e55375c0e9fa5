using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.DataProtection;
using Shop.ServiceDefaults.Security;

namespace Shop.ServiceDefaults.Tests.Security;

public sealed class RememberedTokensTests
{
    private readonly Counting inner = new(new TicketDataFormat(new EphemeralDataProtectionProvider().CreateProtector("tokens")));
    private readonly RememberedTokens tokens;

    public RememberedTokensTests() => tokens = new(inner);

    [Fact]
    public void A_token_is_opened_once_and_says_the_same_each_time()
    {
        var expires = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
        var token = tokens.Protect(Ticket("ada", expires));

        for (var request = 0; request < 3; request++)
        {
            var ticket = tokens.Unprotect(token)!;
            ticket.Principal.Identity!.Name.ShouldBe("ada");
            ticket.Properties.ExpiresUtc.ShouldBe(expires);
        }

        inner.Opened.ShouldBe(1);
    }

    [Fact]
    public void What_one_request_makes_of_its_user_the_next_one_does_not_see()
    {
        var token = tokens.Protect(Ticket("ada"));

        tokens.Unprotect(token)!.Principal.AddIdentity(new([new Claim(ClaimTypes.Role, Roles.Operator)], "test"));

        tokens.Unprotect(token)!.Principal.IsInRole(Roles.Operator).ShouldBeFalse();
    }

    [Fact]
    public void What_is_no_token_of_ours_is_looked_at_each_time()
    {
        tokens.Unprotect("nonsense").ShouldBeNull();
        tokens.Unprotect("nonsense").ShouldBeNull();
        tokens.Unprotect(null).ShouldBeNull();

        inner.Opened.ShouldBe(2);
    }

    [Fact]
    public void A_token_for_one_purpose_is_none_for_another()
    {
        var token = tokens.Protect(Ticket("ada"), "one");

        tokens.Unprotect(token, "one").ShouldNotBeNull();
        tokens.Unprotect(token, "another").ShouldBeNull();
        tokens.Unprotect(token).ShouldBeNull();
    }

    [Fact]
    public void Of_many_tokens_a_bounded_number_is_remembered()
    {
        var first = tokens.Protect(Ticket("first"));
        tokens.Unprotect(first);
        for (var number = 0; number < 1_000; number++)
            tokens.Unprotect(tokens.Protect(Ticket($"user {number}")));
        inner.Opened.ShouldBe(1_001);

        tokens.Unprotect(first)!.Principal.Identity!.Name.ShouldBe("first");

        inner.Opened.ShouldBe(1_002);
    }

    private static AuthenticationTicket Ticket(string name, DateTimeOffset? expires = null) =>
        new(new(new ClaimsIdentity([new(ClaimTypes.Name, name)], "test")), new() { ExpiresUtc = expires }, "test");

    private sealed class Counting(ISecureDataFormat<AuthenticationTicket> inner) : ISecureDataFormat<AuthenticationTicket>
    {
        public int Opened { get; private set; }

        public string Protect(AuthenticationTicket data) => inner.Protect(data);

        public string Protect(AuthenticationTicket data, string? purpose) => inner.Protect(data, purpose);

        public AuthenticationTicket? Unprotect(string? protectedText) => Unprotect(protectedText, purpose: null);

        public AuthenticationTicket? Unprotect(string? protectedText, string? purpose)
        {
            Opened++;
            return inner.Unprotect(protectedText, purpose);
        }
    }
}
