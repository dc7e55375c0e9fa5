using Shop.Messaging;
using Shop.Ordering;

namespace Shop.ServiceDefaults.Tests;

public sealed class ShopServiceTests
{
    [Theory]
    [InlineData("ConnectionStrings:order is missing")]
    [InlineData("ConnectionStrings:order is not for Production", "--ConnectionStrings:order=Host=127.0.0.1;Port=1;Username=postgres;Password=postgres")]
    [InlineData("Shop:PersonalData:MasterKey is missing", "--ConnectionStrings:order=Host=127.0.0.1;Port=1;Username=shop_order", "--Shop:PersonalData:MasterKey=")]
    [InlineData("Shop:PersonalData:MasterKey is not for Production", "--ConnectionStrings:order=Host=127.0.0.1;Port=1;Username=shop_order", "--Shop:PersonalData:MasterKey=change-me-change-me-change-me-change-me")]
    [InlineData("is too short", "--ConnectionStrings:order=Host=127.0.0.1;Port=1;Username=shop_order", "--Shop:PersonalData:MasterKey=sesame")]
    [InlineData("Shop:Startup:WaitSeconds", "--ConnectionStrings:order=Host=127.0.0.1;Port=1;Username=shop_order", "--Shop:Startup:WaitSeconds=0")]
    [InlineData("ConnectionStrings:rabbitmq is not for Production", "--ConnectionStrings:rabbitmq=amqp://guest:guest@127.0.0.1:1/shop")]
    [InlineData("ConnectionStrings:rabbitmq starts with neither", "--ConnectionStrings:rabbitmq=127.0.0.1:5672")]
    [InlineData("Shop:Keys is missing", "--ConnectionStrings:order=Host=127.0.0.1;Port=1;Username=shop_order", "--Shop:Keys=")]
    [InlineData("Shop:Keys: the folder /dev/null cannot be used", "--ConnectionStrings:order=Host=127.0.0.1;Port=1;Username=shop_order", "--Shop:Keys=/dev/null")]
    [InlineData("Shop:Transport is 'PIGEON'", "--Shop:Transport=Pigeon")]
    public async Task A_service_that_cannot_start_says_why_in_one_line_and_ends_with_1(string reason, params string[] settings)
    {
        var (before, said) = (Console.Error, new StringWriter());
        var keys = Directory.CreateTempSubdirectory("shop-keys-").FullName;
        Console.SetError(TextWriter.Synchronized(said));
        try
        {
            string[] args =
            [
                "--urls=http://127.0.0.1:0", "--environment=Production", "--ConnectionStrings:rabbitmq=amqp://order:uY7-kq2@127.0.0.1:1/shop",
                "--Shop:PersonalData:MasterKey=kX0b1m5nq2V8uYt4Zr7cWe3fGh6jLp9s", $"--Shop:Keys={keys}", .. settings,
            ];

            (await ShopService.RunAsync(args, builder =>
            {
                builder.Services.AddOrdering(builder.Configuration);
                builder.Services.AddShopMessaging(builder.Configuration, bus => bus.AddOrderingConsumers());
            }, app => app.MapOrdering())).ShouldBe(1);
        }
        finally
        {
            Console.SetError(before);
            Directory.Delete(keys, recursive: true);
        }

        said.ToString().Split('\n').ShouldContain(line => line.Contains(reason));
    }
}
