using MassTransit;
using Shop.Contracts;
using Shop.EventSourcing.Archive;
using Shop.Jobs;
using Shop.Messaging;
using Shop.Payments.Gateway;
using Shop.ServiceDefaults;

namespace Shop.Payments;

public sealed class PaymentsModule
{
    /// <summary>Calls to the provider have a queue of their own, so that slow ones do not hold up commands.</summary>
    public const string PaymentProviderQueue = "payment-provider";
}

public static class PaymentsModuleExtensions
{
    public static StoreDefinition Store { get; } = new()
    {
        Name = "payment",
        Schema = typeof(PaymentsModule).Assembly,
        InlineProjections = [PaymentRow.Projection],
        ArchivePolicies = [new ArchivePolicy<Payment, PaymentEvent>(Payment.Aggregate, PaymentPolicy.HasEnded)],
    };

    public static IServiceCollection AddPayments(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddHttpClient(nameof(ProviderLedger)).ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { UseProxy = false });
        return services
            .AddPaymentGateway(configuration)
            .AddSingleton<PaymentDecisions>()
            .AddSingleton<ProviderLedger>()
            .AddSingleton<PaymentPart>()
            .AddSingleton<IOverviewPart, PaymentOverview>()
            .AddJob(PaymentReconciliation.Define)
            .AddSingleton<IOrderPartReader>(provider => provider.GetRequiredService<PaymentPart>())
            .AddLocalQueue<CallProvider, CallProviderHandler>(PaymentsModule.PaymentProviderQueue)
            .AddStore<PaymentsModule>(configuration, Store);
    }

    public static void AddPaymentsConsumers(this IBusRegistrationConfigurator bus) =>
        bus.AddServiceEndpoint<PaymentsModule>(Queues.Payment, endpoint => endpoint
            .Consumer<AuthorizePaymentConsumer>()
            .Consumer<CapturePaymentConsumer>()
            .Consumer<VoidPaymentConsumer>()
            .Consumer<RefundPaymentConsumer>()
            .Consumer<RefundPaymentPartConsumer>());

    public static IEndpointRouteBuilder MapPayments(this IEndpointRouteBuilder routes)
    {
        routes = routes.WithPositions<PaymentsModule>();
        PaymentEndpoints.Map(routes);
        StripeWebhook.Map(routes);
        return routes;
    }
}
