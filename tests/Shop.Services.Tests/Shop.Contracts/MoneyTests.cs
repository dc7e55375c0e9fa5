using FsCheck;
using FsCheck.Fluent;
using Shop.Contracts;

namespace Shop.Services.Tests.Contracts;

public sealed class MoneyTests
{
    [Fact]
    public void Allocation_goes_by_largest_remainder_and_ties_to_the_earlier_part()
    {
        Parts(new Money(100, "GBP"), 1, 1, 1).ShouldBe([34, 33, 33]);
        Parts(new Money(5, "GBP"), 3, 7).ShouldBe([2, 3]);
        Parts(new Money(-100, "GBP"), 1, 1, 1).ShouldBe([-34, -33, -33]);
        Parts(new Money(7, "GBP"), 0, 1, 0).ShouldBe([0, 7, 0]);
    }

    [Fact]
    public void Parts_of_an_allocation_sum_exactly_and_none_is_a_whole_unit_from_its_share() =>
        Prop.ForAll(
            ArbMap.Default.ArbFor<long>(), ArbMap.Default.ArbFor<NonEmptyArray<ushort>>(), (amount, some) =>
            {
                var weights = some.Get.Select(weight => (long)weight).Append(1).ToArray();
                var parts = Parts(new Money(amount, "GBP"), weights);
                var total = weights.Sum();
                return parts.Aggregate(Int128.Zero, (sum, part) => sum + part) == amount
                    && parts.Zip(weights).All(pair => Int128.Abs(((Int128)pair.First * total) - ((Int128)amount * pair.Second)) < total);
            }).QuickCheckThrowOnFailure();

    [Fact]
    public void Amounts_of_two_currencies_are_never_added() =>
        Should.Throw<InvalidOperationException>(() => new Money(1, "GBP") + new Money(1, "EUR"));

    private static long[] Parts(Money amount, params long[] weights) => [.. amount.Allocate(weights).Select(part => part.AmountMinor)];
}
