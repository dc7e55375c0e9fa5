using System.Reflection;

namespace Shop.Architecture.Tests;

/// <summary>
/// Decisions are pure: whatever class is called Decider, Policy, Rules or Replies, and every aggregate's state, computes from
/// its arguments alone. Time, ids and the provider's answers arrive in the command.
/// </summary>
public sealed class PurityTests
{
    private static readonly string[] Services = ["Order.Api", "Payment.Api", "Inventory.Api", "Saga.Orchestrator"];
    private static readonly string[] PureNames = ["Decider", "Policy", "Rules", "Replies"];

    private static readonly string[] ImpureNamespaces =
    [
        "System.IO", "System.Net", "System.Data", "System.Threading", "Microsoft.EntityFrameworkCore", "Microsoft.Extensions", "Microsoft.Data", "Npgsql", "MassTransit",
    ];

    private static readonly Type[] ImpureTypes = [typeof(TimeProvider), typeof(Random), typeof(Environment), typeof(Console)];

    /// <summary>Reading the clock or inventing an id.</summary>
    private static readonly string[] ImpureMembers = ["Guid.NewGuid", "Guid.CreateVersion7", "DateTime.get_UtcNow", "DateTime.get_Now", "DateTimeOffset.get_UtcNow", "DateTimeOffset.get_Now"];

    public static TheoryData<Type> PureTypes => [.. FindPureTypes()];

    [Theory]
    [MemberData(nameof(PureTypes))]
    public void A_decision_touches_neither_I_O_nor_clock(Type type)
    {
        Impurities(type).Distinct().ShouldBeEmpty();
    }

    [Fact]
    public void Every_service_has_decisions_to_look_at()
    {
        FindPureTypes().Select(type => type.Assembly.GetName().Name!).Distinct().ShouldBe(Services, ignoreOrder: true);
    }

    [Fact]
    public void An_impure_decision_would_be_found()
    {
        Impurities(typeof(ImpureDecider)).Distinct().ShouldBe(
            ["Task in LoadAsync", "File.ReadAllText in Decide", "Guid.CreateVersion7 in Decide"], ignoreOrder: true);
    }

    private static IEnumerable<Type> FindPureTypes() => Services.SelectMany(service => Assembly.Load(service).GetTypes()).Where(IsPure);

    private static bool IsPure(Type type) => !type.IsNested && (PureNames.Any(name => type.Name.EndsWith(name, StringComparison.Ordinal)) || IsAggregateState(type));

    private static bool IsAggregateState(Type type) => type.GetFields(BindingFlags.Public | BindingFlags.Static)
        .Any(field => field.FieldType is { IsGenericType: true } generic && generic.Name == "Aggregate`2" && generic.GetGenericArguments()[0] == type);

    private static IEnumerable<string> Impurities(Type type)
    {
        const BindingFlags all = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        foreach (var method in type.GetMethods(all).Concat<MethodBase>(type.GetConstructors(all)))
        {
            var signature = method.GetParameters().Select(parameter => parameter.ParameterType).Append((method as MethodInfo)?.ReturnType ?? typeof(void));
            foreach (var impure in signature.Where(IsImpure))
                yield return $"{impure.Name} in {method.Name}";
            foreach (var member in IlReader.MembersUsedBy(method).Where(IsImpure))
                yield return $"{member.DeclaringType?.Name}.{member.Name} in {method.Name}";
        }

        foreach (var impurity in type.GetNestedTypes(all).SelectMany(Impurities))
            yield return impurity;
    }

    private static bool IsImpure(MemberInfo member) =>
        (member is Type type ? IsImpure(type) : member.DeclaringType is { } declaring && IsImpure(declaring))
        || ImpureMembers.Contains($"{member.DeclaringType?.Name}.{member.Name}");

    private static bool IsImpure(Type type) =>
        ImpureTypes.Contains(type)
        || ImpureNamespaces.Any(name => type.Namespace == name || type.Namespace?.StartsWith(name + ".", StringComparison.Ordinal) == true)
        || (type.IsGenericType && type.GetGenericArguments().Any(IsImpure))
        || (type.HasElementType && IsImpure(type.GetElementType()!));

    private static class ImpureDecider
    {
        public static string Decide() => File.ReadAllText(Guid.CreateVersion7().ToString());

        public static Task LoadAsync() => null!;
    }
}
