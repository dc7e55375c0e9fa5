using Shop.Distributed.Tests.Running;
using Xunit.Abstractions;

namespace Shop.Distributed.Tests.Drills;

public sealed class CalmTests(DrillServers servers, ITestOutputHelper output) : Drill(servers, output)
{
    [Fact]
    public Task Nothing_goes_wrong() => RunAsync(drill =>
    {
        drill.Load.ReleaseAll();
        return Task.CompletedTask;
    });
}
