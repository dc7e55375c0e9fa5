using Microsoft.Extensions.Options;

namespace Shop.Payments.Gateway;

public static class GatewayRegistration
{
    /// <summary>Adds <see cref="IPaymentGateway"/> with the settings under <see cref="GatewayOptions.Section"/>, checked at start-up.</summary>
    public static IServiceCollection AddPaymentGateway(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<GatewayOptions>().Bind(configuration.GetSection(GatewayOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<GatewayOptions>, GatewayOptionsValidation>();
        services.AddSingleton<IPaymentGateway>(provider => new StripeGateway(provider.GetRequiredService<IOptions<GatewayOptions>>().Value));
        return services;
    }
}
