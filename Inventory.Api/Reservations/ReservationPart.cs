using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Shop.Contracts;
using Shop.EventSourcing;
using Shop.EventSourcing.Storage;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Security;

namespace Shop.Inventory;

/// <summary>The reservation's part of an order as of an instant.</summary>
internal sealed class ReservationPart(EventStore<InventoryModule> store, IOptions<JsonOptions> json) : IOrderPartReader
{
    public string Service => OrderPartServices.Inventory;

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/reservations/{orderId:guid}/at", AtAsync).RequireAuthorization(Policies.Operator).WithTags("Stock")
        .WithName("GetReservationAt").WithSummary("The stock of one order as it was decided by an instant.").ProducesProblem(StatusCodes.Status422UnprocessableEntity);

    public async Task<OrderPart> ReadAsync(Guid orderId, DateTimeOffset time, CancellationToken cancellationToken)
    {
        var reservation = Reservation.Aggregate.Initial;
        RecordedEvent? last = null;
        await foreach (var recorded in store.ReadStreamAsync(Reservation.Aggregate.Stream(orderId), until: time, cancellationToken: cancellationToken))
        {
            reservation = Reservation.Aggregate.Evolve(reservation, EventStore.Decode<ReservationEvent>(ReservationEvent.Types, recorded));
            last = recorded;
        }

        if (last is null)
            return new() { Service = Service, Version = 0 };
        return new()
        {
            Service = Service,
            State = JsonSerializer.SerializeToElement(ReservationRow.Of(reservation), json.Value.SerializerOptions),
            Version = last.Version,
            RecordedAt = last.RecordedAt,
            Taken = ReservationReplies.Taken(orderId, reservation),
            Scheduled = reservation is Reservation.Held held ? [new() { Message = nameof(ExpireReservation), DueAt = held.Lease.ExpiresAt }] : [],
        };
    }

    private static async Task<Ok<OrderPart>> AtAsync(ReservationPart part, Guid orderId, string? time, CancellationToken cancellationToken) =>
        TypedResults.Ok(await part.ReadAsync(orderId, PastTime.Required(time, "time"), cancellationToken));
}
