using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Shop.Jobs;

/// <summary>
/// A scheduler that a package of its own brings: the assembly <c>Shop.Jobs.{name}</c>, where <c>Shop:Jobs:Scheduler</c> has that
/// name. It fires <see cref="Running.JobRunner"/> for the jobs of the <see cref="JobCatalog"/>, from the <see cref="JobStore"/>.
/// </summary>
public interface IJobSchedulerPackage
{
    /// <summary>Registers what the other two need.</summary>
    void Add(IServiceCollection services);

    /// <summary>Opens nothing yet.</summary>
    /// <exception cref="Messaging.StartupException">It cannot work as the process is set up.</exception>
    IJobScheduler Create(IServiceProvider services);

    /// <summary>Maps pages of its own, which the caller opens to operators only.</summary>
    IEndpointConventionBuilder MapDashboard(IEndpointRouteBuilder routes);
}

/// <summary>Where a scheduler may keep what it remembers, beside the history of runs.</summary>
/// <param name="Engine">As <c>Shop:Store</c> names it.</param>
public sealed record JobStore(string Engine, string ConnectionString);
