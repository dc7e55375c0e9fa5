using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;

namespace Shop.Messaging.Tests;

public sealed class CredentialsTests
{
    [Theory]
    [InlineData("Host=db;Username=postgres;Password=uY7-kq2")]
    [InlineData("Host=localhost;Username=postgres")]
    [InlineData("Host=db;Username=shop_order;Password=postgres")]
    [InlineData("Host=127.0.0.1;Username=shop_order;Password=Password")]
    [InlineData("Host=db;Username=shop_order;Password=shop_order")]
    [InlineData("Host=db;Username=shop_order")]
    [InlineData("Host=db;Username=shop_order;Password=")]
    [InlineData("Host=127.0.0.1,db;Username=shop_order")]
    [InlineData("Host=10.0.0.7:5433;Username=shop_order")]
    public void A_database_with_the_credentials_that_everybody_knows_is_refused(string connectionString) =>
        Credentials.DatabaseProblem(connectionString).ShouldNotBeNull();

    [Theory]
    [InlineData("Host=db;Username=shop_order;Password=uY7-kq2")]
    [InlineData("Host=db;Username=shop_order;Passfile=/run/secrets/pgpass")]
    [InlineData("Host=db;Username=shop_order;SSL Certificate=/run/secrets/order.pfx")]
    [InlineData("Host=localhost;Username=shop_order")]
    [InlineData("Host=127.0.0.1:5433,127.0.0.2;Username=shop_order")]
    [InlineData("Host=::1;Username=shop_order")]
    [InlineData("Host=/var/run/postgresql;Username=shop_order")]
    public void A_database_with_a_role_of_its_own_is_not(string connectionString) =>
        Credentials.DatabaseProblem(connectionString).ShouldBeNull();

    [Theory]
    [InlineData("guest", "guest", true)]
    [InlineData("guest", "uY7-kq2", true)]
    [InlineData("order", "guest", true)]
    [InlineData("order", "order", true)]
    [InlineData("order", "", true)]
    [InlineData("order", "uY7-kq2", false)]
    public void So_is_a_broker(string user, string password, bool refused) =>
        (Credentials.BrokerProblem(user, password) is not null).ShouldBe(refused);

    [Fact]
    public void They_are_refused_in_Production_only_and_the_setting_is_named()
    {
        const string Setting = "ConnectionStrings:order";
        var problem = Credentials.DatabaseProblem("Host=db;Username=postgres;Password=topsecret");

        Credentials.RefuseInProduction(new TestEnvironment("Development"), Setting, problem);
        Credentials.RefuseInProduction(environment: null, Setting, problem);
        Credentials.RefuseInProduction(new TestEnvironment("Production"), Setting, problem: null);
        var message = Should.Throw<StartupException>(() => Credentials.RefuseInProduction(new TestEnvironment("Production"), Setting, problem)).Message;
        message.ShouldContain(Setting);
        message.ShouldNotContain("topsecret");
    }

    private sealed class TestEnvironment(string name) : IHostEnvironment
    {
        public string EnvironmentName { get; set; } = name;

        public string ApplicationName { get; set; } = "";

        public string ContentRootPath { get; set; } = "";

        public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();
    }
}
