using System.Reflection;
using System.Xml.Linq;

namespace Shop.Architecture.Tests;

/// <summary>What may know what. A project may reference less than it is allowed, never more.</summary>
public sealed class ReferenceTests
{
    private static readonly string[] Libraries = ["Shop.Contracts", "Shop.EventSourcing", "Shop.Messaging", "Shop.Jobs", "Shop.ServiceDefaults"];

    /// <summary>Assemblies of the solution that each project may reference.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Shop.Contracts"] = [],
        ["Shop.EventSourcing"] = [],
        ["Shop.Messaging"] = ["Shop.EventSourcing"],
        ["Shop.Jobs"] = ["Shop.EventSourcing", "Shop.Messaging"],
        ["Shop.ServiceDefaults"] = ["Shop.EventSourcing", "Shop.Messaging", "Shop.Jobs"],
        ["Order.Api"] = [.. Libraries, "Shop.Audit"],
        ["Payment.Api"] = Libraries,
        ["Inventory.Api"] = Libraries,
        ["Saga.Orchestrator"] = Libraries,
        ["Storefront"] = ["Shop.ServiceDefaults"],
        ["Payment.Sandbox"] = [],
        ["Shop.Audit"] = ["Shop.EventSourcing"],
        ["Shop.Load"] = [],
        ["Shop.EventSourcing.Benchmarks"] = ["Shop.EventSourcing", "Shop.TestServers"],
    };

    public static TheoryData<string> Projects => [.. Allowed.Keys];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_references_only_what_it_may(string project)
    {
        var folder = Repository.Files(".csproj").Single(path => path.EndsWith($"/{project}.csproj", StringComparison.Ordinal));
        var references = XDocument.Load(Path.Combine(Repository.Root, folder)).Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/')));

        references.Except(Allowed[project]).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void An_assembly_uses_only_what_its_project_may(string project)
    {
        Ours(Assembly.Load(project)).Except(Allowed[project]).ShouldBeEmpty();
    }

    [Fact]
    public void Every_project_of_the_solution_is_judged()
    {
        var root = new[] { "Shop.Host", "Storefront" };
        string[] free = ["tests/", "benchmarks/", "integrations/"];

        Repository.Files(".csproj").Where(path => !free.Any(folder => path.StartsWith(folder, StringComparison.Ordinal))).Select(path => Path.GetFileNameWithoutExtension(path))
            .Except(Allowed.Keys).Except(root).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("Shop.Contracts")]
    [InlineData("Shop.EventSourcing")]
    public void Contracts_and_event_sourcing_do_not_know_the_bus(string project)
    {
        Assembly.Load(project).GetReferencedAssemblies().Where(reference => reference.Name!.StartsWith("MassTransit", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public void Contracts_depend_on_nothing_but_the_runtime()
    {
        Assembly.Load("Shop.Contracts").GetReferencedAssemblies().ShouldAllBe(reference => reference.Name!.StartsWith("System.", StringComparison.Ordinal));
    }

    private static IEnumerable<string> Ours(Assembly assembly) =>
        assembly.GetReferencedAssemblies().Select(reference => reference.Name!).Intersect([.. Allowed.Keys, "Shop.Host", "Storefront"]);
}
