using Shop.ServiceDefaults;
using Shop.Storefront;

namespace Shop.Host.Tests.Security;

/// <summary>What keeps the site from starting as a process of its own.</summary>
public sealed class StorefrontStartTests
{
    private const string Database = "--ConnectionStrings:accounts=Host=127.0.0.1;Port=1;Username=shop_accounts;Password=uY7-kq2";

    [Theory]
    [InlineData("ConnectionStrings:accounts is missing")]
    [InlineData("ConnectionStrings:accounts is not for Production", "--ConnectionStrings:accounts=Host=127.0.0.1;Port=1;Username=postgres;Password=postgres")]
    [InlineData("Shop:Startup:WaitSeconds", Database, "--Shop:Startup:WaitSeconds=0")]
    [InlineData("Shop:Accounts:Demo is not for Production", Database, "--Shop:Accounts:Demo=true")]
    [InlineData("Shop:Accounts:Demo is 'perhaps'", Database, "--Shop:Accounts:Demo=perhaps")]
    [InlineData("Shop:Accounts:Operator:Password is not for Production", Database, "--Shop:Accounts:Operator:Email=boss@example.com", "--Shop:Accounts:Operator:Password=Shop-demo-1")]
    [InlineData("go together", Database, "--Shop:Accounts:Operator:Email=boss@example.com")]
    [InlineData("Shop:Keys is missing", Database, "--Shop:Keys=")]
    public async Task A_site_that_cannot_start_says_why_and_ends_with_1(string reason, params string[] settings)
    {
        var (before, said) = (Console.Error, new StringWriter());
        var keys = Directory.CreateTempSubdirectory("shop-keys-").FullName;
        Console.SetError(TextWriter.Synchronized(said));
        try
        {
            (await ShopService.RunAsync(
                ["--urls=http://127.0.0.1:0", "--environment=Production", "--applicationName=Shop.Host", $"--contentRoot={AppContext.BaseDirectory}", $"--Shop:Keys={keys}", .. settings], builder => builder.AddStorefront(), app => app.MapStorefront())).ShouldBe(1);
        }
        finally
        {
            Console.SetError(before);
            Directory.Delete(keys, recursive: true);
        }

        said.ToString().Split('\n').ShouldContain(line => line.Contains(reason));
    }
}
