using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Shop.EventSourcing.Storage;
using Shop.Messaging.Sagas;
using Shop.Orchestration;

namespace Shop.Services.Tests.Saga.Orchestrator;

public sealed class OrderSagaStorageTests
{
    [Fact]
    public void Every_stored_event_has_its_approved_sample()
    {
        var events = OrderSagas.Streams.Aggregate.Events;
        foreach (var (name, _) in events.All)
        {
            var sample = File.ReadAllBytes(Repository.PathOf("tests", "Shop.Services.Tests", "Saga.Orchestrator", "Samples", name + ".json"));
            events.TryDeserialize(name, sample, out var stored).ShouldBeTrue(name);
            JsonNode.DeepEquals(JsonNode.Parse(events.Serialize(stored!).Data), JsonNode.Parse(sample)).ShouldBeTrue(name);
        }
    }

    [Fact]
    public void The_sample_is_the_saga_that_it_was()
    {
        var saga = Sample();

        (saga.CurrentState, saga.CustomerId, saga.TotalMinor, saga.Currency).ShouldBe(("Trying", "alice", 1_300, "GBP"));
        (saga.Stock, saga.Payment, saga.Ending).ShouldBe((StockStanding.Asked, PaymentStanding.Asked, OrderEnding.Undecided));
        saga.Lines.Select(line => (line.Sku, line.Quantity)).ShouldBe([("CUP", 2), ("CUP", 1)]);
        saga.DeadlineTokenId.ShouldBe(Guid.Parse("01954f6e-7c00-7000-8000-000000000002"));
    }

    [Fact]
    public void The_sample_has_every_property_that_is_stored()
    {
        var properties = JsonSerializer.SerializeToNode(Sample(), JsonSerializerOptions.Web)!.AsObject().Select(property => property.Key);

        SampleEvent().Changes.Keys.ShouldBe(properties, ignoreOrder: true);
    }

    /// <summary>Else the state that a message is decided on could change the one before it: they share what they hold.</summary>
    [Fact]
    public void What_a_saga_holds_cannot_change_in_place()
    {
        foreach (var property in typeof(OrderSaga).GetProperties())
            IsValue(property.PropertyType).ShouldBeTrue(property.Name);

        static bool IsValue(Type type) => type.IsValueType || type == typeof(string)
            || (type is { IsGenericType: true } && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) && IsValue(type.GenericTypeArguments[0]))
            || (type.GetMethod("<Clone>$") is not null && type.GetProperties().All(property => IsValue(property.PropertyType) && !IsSettable(property)));

        static bool IsSettable(PropertyInfo property) =>
            property.SetMethod?.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(System.Runtime.CompilerServices.IsExternalInit)) == false;
    }

    [Fact]
    public void The_row_is_a_function_of_the_saga()
    {
        var row = OrderSagaRow.Project(Sample(), 1);

        (row.State, row.TotalMinor, row.Version, row.EndedAt).ShouldBe(("trying", 1_300, 1, null));
        OrderSagaRow.States.ShouldBe(MachineMap.States[1..].Select(state => state.ToLowerInvariant()), ignoreOrder: true);
    }

    [Fact]
    public void The_list_is_filtered_sorted_and_paged_in_PostgreSQL_too()
    {
        using var models = new ReadModels(new DbContextOptionsBuilder().UseNpgsql("Host=nowhere").Options, [OrderSagaRow.Table]);

        var filter = new OrderSagaFilter { State = "trying,closing", NeedsAttention = true, Reason = "100%", Sku = "CUP", OlderThanSeconds = 60, MinTotalMinor = 1 };
        var sql = OrderSagaList.Page(filter.Apply(models.Query<OrderSagaRow>(), DateTimeOffset.UnixEpoch.AddDays(1)), SagaOrder.NewestFirst, new(0, Guid.Empty))
            .Take(51).ToQueryString();

        sql.ShouldContain("lower(s.reason) LIKE");
        sql.ShouldContain("s.skus LIKE");
        sql.ShouldContain("placed_at =");
        sql.ShouldContain("order_id <");
        sql.ShouldContain("ORDER BY s.placed_at DESC, s.order_id DESC");
        sql.ShouldContain("LIMIT");
    }

    private static SagaTransitioned SampleEvent()
    {
        var path = Repository.PathOf("tests", "Shop.Services.Tests", "Saga.Orchestrator", "Samples", "saga-transitioned.v1.json");
        OrderSagas.Streams.Aggregate.Events.TryDeserialize("saga-transitioned.v1", File.ReadAllBytes(path), out var stored).ShouldBeTrue();
        return (SagaTransitioned)stored!;
    }

    private static OrderSaga Sample() => OrderSagas.Streams.ToInstance(OrderSagas.Streams.Aggregate.Fold([SampleEvent()]))!;
}
