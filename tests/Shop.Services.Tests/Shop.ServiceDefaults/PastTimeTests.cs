using Shop.EventSourcing;

namespace Shop.ServiceDefaults.Tests;

public sealed class PastTimeTests
{
    [Theory]
    [InlineData("2026-03-01T14:03:00Z")]
    [InlineData("2026-03-01T14:03Z")]
    [InlineData("2026-03-01T14:03:00.0000000+00:00")]
    [InlineData("2026-03-01T15:03:00+01:00")]
    [InlineData("2026-03-01T15:03:00 01:00")]
    [InlineData("2026-03-01T09:03:00-05:00")]
    public void An_instant_with_its_offset_is_understood(string text) =>
        PastTime.Required(text, "time").ShouldBe(new(2026, 3, 1, 14, 3, 0, TimeSpan.Zero));

    [Theory]
    [InlineData("2026-03-01T14:03:00")]
    [InlineData("2026-03-01")]
    [InlineData("14:03")]
    [InlineData("yesterday")]
    [InlineData("")]
    public void What_is_no_instant_is_refused_with_an_example(string text)
    {
        var refusal = Should.Throw<DomainException>(() => PastTime.Optional(text, "at"));

        refusal.Field.ShouldBe("at");
        refusal.Message.ShouldContain("2026-03-01T14:03:00Z");
    }

    [Fact]
    public void A_missing_one_is_refused_where_it_is_needed()
    {
        PastTime.Optional(null, "at").ShouldBeNull();
        Should.Throw<DomainException>(() => PastTime.Required(null, "time")).Field.ShouldBe("time");
    }
}
