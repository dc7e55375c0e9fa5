using System.Text.Json;
using Shop.Orchestration;

namespace Shop.Services.Tests.Saga.Orchestrator;

public sealed class OrderSagaPolicyTests
{
    [Theory]
    [InlineData(0, 5)]
    [InlineData(1, 5)]
    [InlineData(2, 10)]
    [InlineData(3, 20)]
    [InlineData(6, 160)]
    [InlineData(7, 300)]
    [InlineData(1_000_000, 300)]
    public void Pauses_grow_up_to_five_minutes(int attempts, int seconds) =>
        OrderSagaPolicy.Pause(attempts).ShouldBe(TimeSpan.FromSeconds(seconds));

    [Fact]
    public void The_order_can_be_decided_only_when_both_answered_well()
    {
        foreach (var stock in Enum.GetValues<StockStanding>())
        {
            foreach (var payment in Enum.GetValues<PaymentStanding>())
            {
                OrderSagaPolicy.IsTried(new() { Stock = stock, Payment = payment }).ShouldBe(
                    stock == StockStanding.Reserved && payment == PaymentStanding.Authorized);
            }
        }
    }

    [Fact]
    public void Remaining_steps_follow_the_way_that_the_saga_is_on()
    {
        OrderSagaPolicy.Remaining(new() { CurrentState = "Trying", Stock = StockStanding.Reserved, Payment = PaymentStanding.Asked })
            .ShouldBe([OrderStep.AuthorizePayment, OrderStep.ConfirmStock, OrderStep.CapturePayment, OrderStep.ConfirmOrder]);
        OrderSagaPolicy.Remaining(new() { CurrentState = "Completing", CancelRequested = true })
            .ShouldBe([OrderStep.ConfirmOrder, OrderStep.ReturnStock, OrderStep.RefundPayment, OrderStep.CancelOrder]);
        OrderSagaPolicy.Remaining(new() { CurrentState = "Cancelling", Stock = StockStanding.Cancelled, Payment = PaymentStanding.Asked, Ending = OrderEnding.Reject })
            .ShouldBe([OrderStep.VoidPayment, OrderStep.RejectOrder]);
        OrderSagaPolicy.Remaining(new() { CurrentState = "Confirmed" }).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_saga_survives_being_stored_as_JSON()
    {
        var rig = new SagaRig();
        var saga = rig.Find(await rig.SagaInAsync("Compensating"))!;
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web);

        var stored = JsonSerializer.Serialize(saga, options);
        var read = JsonSerializer.Deserialize<OrderSaga>(stored, options);

        JsonSerializer.Serialize(read, options).ShouldBe(stored);
    }
}
