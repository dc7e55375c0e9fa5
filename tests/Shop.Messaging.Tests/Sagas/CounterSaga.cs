using System.Text.Json.Serialization;
using MassTransit;
using Shop.EventSourcing.Projections;
using Shop.EventSourcing.Storage;
using Shop.Messaging.Sagas;

namespace Shop.Messaging.Tests.Sagas;

public sealed record CountStarted
{
    public required Guid Id { get; init; }
}

public sealed record Counted
{
    public required Guid Id { get; init; }

    public string? Note { get; init; }

    public bool Fails { get; init; }
}

public sealed class CounterSaga : SagaStateMachineInstance
{
    public static readonly SagaStreams<CounterSaga> Streams = new("counter", CounterJson.Default.CounterSaga);

    public static readonly IInlineProjection Row = Streams.Project(
        CounterRow.Table, (saga, version) => new CounterRow { Id = saga.CorrelationId, State = saga.CurrentState, Count = saga.Count, Version = version });

    public Guid CorrelationId { get; set; }

    public string CurrentState { get; set; } = "";

    public int Count { get; set; }

    public string? Note { get; set; }
}

/// <summary>Leaves nulls out, as a serializer may.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CounterSaga))]
internal sealed partial class CounterJson : JsonSerializerContext;

public sealed record CounterRow
{
    public static readonly Table<CounterRow> Table = new("counters", nameof(Id));

    public required Guid Id { get; init; }

    public required string State { get; init; }

    public required int Count { get; init; }

    public required long Version { get; init; }
}

/// <summary>Counts, and publishes a <see cref="Pong"/> for each message before it may fail.</summary>
public sealed class CounterStateMachine : MassTransitStateMachine<CounterSaga>
{
    public CounterStateMachine()
    {
        InstanceState(saga => saga.CurrentState);
        Event(() => Started, started => started.CorrelateById(context => context.Message.Id));
        Event(() => Counted, counted => counted.CorrelateById(context => context.Message.Id));

        Initially(When(Started).Publish(context => new Pong { Id = context.Saga.CorrelationId }).TransitionTo(Counting));
        During(
            Counting,
            Ignore(Started),
            When(Counted)
                .Publish(context => new Pong { Id = context.Saga.CorrelationId })
                .Then(context =>
                {
                    context.Saga.Count++;
                    context.Saga.Note = context.Message.Note;
                    if (context.Message.Fails)
                        throw new InvalidOperationException("the activity failed on purpose");
                }));
    }

    public State Counting { get; private set; } = null!;

    public Event<CountStarted> Started { get; private set; } = null!;

    public Event<Counted> Counted { get; private set; } = null!;
}
