using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Shop.Payments.Gateway;

namespace Shop.Services.Tests.PaymentApi.Gateway;

public sealed class GatewayOptionsTests
{
    [Fact]
    public void Good_settings_give_a_gateway()
    {
        using var services = Configure(("BaseUrl", "http://127.0.0.1:8080"), ("SecretKey", "sk_test_x"), ("TimeoutSeconds", "0.5"));
        services.GetRequiredService<IPaymentGateway>().ShouldBeOfType<StripeGateway>();
    }

    [Theory]
    [InlineData("SecretKey", "")]
    [InlineData("SecretKey", "pk_test_x")]
    [InlineData("SecretKey", "sk_test_x\r\ny")]
    [InlineData("BaseUrl", "example.org")]
    [InlineData("BaseUrl", "ftp://example.org")]
    [InlineData("TimeoutSeconds", "0")]
    [InlineData("TimeoutSeconds", "NaN")]
    public void A_wrong_setting_is_named(string setting, string value)
    {
        using var services = Configure(("SecretKey", "sk_test_x"), (setting, value));
        Should.Throw<OptionsValidationException>(services.GetRequiredService<IPaymentGateway>)
            .Message.ShouldContain($"Payments:Gateway:{setting}");
    }

    [Fact]
    public void A_live_key_is_not_sent_in_the_clear()
    {
        using var services = Configure(("BaseUrl", "http://api.example.org"), ("SecretKey", "sk_live_x"));
        Should.Throw<OptionsValidationException>(services.GetRequiredService<IPaymentGateway>).Message.ShouldContain("BaseUrl must be https");
    }

    private static ServiceProvider Configure(params (string Setting, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Reverse().DistinctBy(pair => pair.Setting)
                .Select(pair => KeyValuePair.Create<string, string?>($"{GatewayOptions.Section}:{pair.Setting}", pair.Value)))
            .Build();
        return new ServiceCollection().AddPaymentGateway(configuration).BuildServiceProvider();
    }
}
