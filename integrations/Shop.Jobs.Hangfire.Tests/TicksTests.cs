using Microsoft.Extensions.Configuration;
using Shop.Jobs.Tests;
using Shop.Messaging;

namespace Shop.Jobs.Hangfire.Tests;

public sealed class TicksTests
{
    [Theory]
    [InlineData("00:00:01", "*/1 * * * * *")]
    [InlineData("00:00:10", "*/10 * * * * *")]
    [InlineData("00:00:45", "*/15 * * * * *")]
    [InlineData("00:01:30", "*/30 * * * * *")]
    [InlineData("00:00:01.5", "*/1 * * * * *")]
    [InlineData("00:05:00", "0 */5 * * * *")]
    [InlineData("00:07:00", "0 */1 * * * *")]
    [InlineData("01:30:00", "0 */30 * * * *")]
    [InlineData("01:00:00", "0 0 */1 * * *")]
    [InlineData("05:00:00", "0 0 */1 * * *")]
    [InlineData("1.12:00:00", "0 0 */12 * * *")]
    [InlineData("3.00:00:00", "0 0 0 * * *")]
    [InlineData("0 30 3 * * ?", "0 30 3 * * ?")]
    [InlineData("0 0 3 ? * 1", "0 0 3 ? * 0")]
    [InlineData("0 0 3 ? * 2-6", "0 0 3 ? * 1-5")]
    [InlineData("0 0 3 ? * MON,7", "0 0 3 ? * MON,6")]
    [InlineData("0 0 3 ? * 6#3", "0 0 3 ? * 5#3")]
    [InlineData("0 0 3 ? * 6L", "0 0 3 ? * 5L")]
    [InlineData("0 0 3 ? * 2/2", "0 0 3 ? * 1/2")]
    [InlineData("0 0 3 L * ? *", "0 0 3 L * ?")]
    public void A_schedule_ticks(string schedule, string ticks) => Ticks.Of(Job(schedule)).ShouldBe(ticks);

    [Fact]
    public void A_job_without_a_schedule_does_not_tick() => Ticks.Of(Job("never")).ShouldBeNull();

    [Fact]
    public void Years_are_refused_with_the_setting_that_names_them() =>
        Should.Throw<StartupException>(() => Ticks.Of(Job("0 0 3 * * ? 2030"))).Message.ShouldContain("Shop:Jobs:Schedules:job");

    private static ScheduledJob Job(string schedule) => new JobCatalog(
        [TestJobs.Define("job", (_, _) => Task.CompletedTask)],
        new ConfigurationBuilder().AddInMemoryCollection([new("Shop:Jobs:Schedules:job", schedule)]).Build()).Find("job")!;
}
