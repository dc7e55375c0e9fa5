using System.Globalization;

namespace Shop.Jobs.Tests;

public sealed class JobScheduleTests
{
    [Theory]
    [InlineData("00:05:00", "2026-11-25T12:07:30.5", "2026-11-25T12:05:00", "2026-11-25T12:10:00")]
    [InlineData("00:05:00", "2026-11-25T12:05:00", "2026-11-25T12:05:00", "2026-11-25T12:10:00")]
    [InlineData("00:00:01", "2026-11-25T12:05:00.9999999", "2026-11-25T12:05:00", "2026-11-25T12:05:01")]
    [InlineData("0 30 3 * * ?", "2026-11-25T03:29:59.9", "2026-11-24T03:30:00", "2026-11-25T03:30:00")]
    [InlineData("0 30 3 * * ?", "2026-11-25T03:30:00", "2026-11-25T03:30:00", "2026-11-26T03:30:00")]
    [InlineData("0 30 3 * * ?", "2026-11-25T03:30:00.7", "2026-11-25T03:30:00", "2026-11-26T03:30:00")]
    [InlineData("0 0 0 29 2 ?", "2026-11-25T12:00:00", "2024-02-29T00:00:00", "2028-02-29T00:00:00")]
    public void It_knows_the_last_instant_and_the_next_one(string schedule, string now, string latest, string next)
    {
        var known = JobSchedule.Parse(schedule, "setting");

        known.Latest(At(now)).ShouldBe(At(latest));
        known.Next(At(now)).ShouldBe(At(next));
    }

    [Fact]
    public void A_job_that_is_only_asked_for_is_never_due()
    {
        JobSchedule.Never.Latest(At("2026-11-25T12:00:00")).ShouldBeNull();
        JobSchedule.Never.Next(At("2026-11-25T12:00:00")).ShouldBeNull();
    }

    private static DateTimeOffset At(string instant) => DateTimeOffset.Parse(instant, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
