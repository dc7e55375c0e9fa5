using Shop.Messaging.RabbitMq;

namespace Shop.Messaging.Tests.RabbitMq;

public sealed class BrokerAddressTests
{
    [Fact]
    public void An_address_has_user_hosts_and_virtual_host()
    {
        var address = BrokerAddress.Parse("amqp://order:p%40ss@one:5673,two/shop%2Feu", "setting");

        address.Hosts.ShouldBe([("one", (ushort)5673), ("two", (ushort)5672)]);
        (address.User, address.Password, address.VirtualHost, address.Tls).ShouldBe(("order", "p@ss", "shop/eu", false));
    }

    [Theory]
    [InlineData("amqp://u:p@host", "/", 5672)]
    [InlineData("amqps://u:p@host/", "/", 5671)]
    [InlineData("AMQP://u:p@[::1]:99/v", "v", 99)]
    public void Port_and_virtual_host_have_the_usual_defaults(string text, string virtualHost, int port)
    {
        var address = BrokerAddress.Parse(text, "setting");

        (address.VirtualHost, (int)address.Hosts[0].Port).ShouldBe((virtualHost, port));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(" ")]
    [InlineData("host:5672")]
    [InlineData("http://u:secret@host")]
    [InlineData("amqp://host/shop")]
    [InlineData("amqp://u@host/shop")]
    [InlineData("amqp://u:secret@/shop")]
    [InlineData("amqp://u:secret@host:port/shop")]
    [InlineData("amqp://u:secret@one,,two/shop")]
    public void An_unreadable_address_is_refused_by_the_settings_name_and_without_the_password(string? text)
    {
        var error = Should.Throw<InvalidOperationException>(() => BrokerAddress.Parse(text, "ConnectionStrings:rabbitmq"));

        error.Message.ShouldContain("ConnectionStrings:rabbitmq");
        error.Message.ShouldContain("amqp://user:password@host:5672/vhost");
        error.Message.ShouldNotContain("secret");
    }

    [Fact]
    public void It_is_shown_without_the_password() =>
        BrokerAddress.Parse("amqp://order:secret@one:5673/shop", "setting").ToString().ShouldBe("one:5673/shop as order");
}
