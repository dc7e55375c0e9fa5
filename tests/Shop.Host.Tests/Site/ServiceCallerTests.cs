using System.Security.Claims;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.Configuration;
using Shop.Host.Tests.EndToEnd;
using Shop.Storefront.Clients;

namespace Shop.Host.Tests.Site;

public sealed class ServiceCallerTests
{
    [Fact]
    public async Task A_service_that_does_not_answer_in_time_is_away()
    {
        var caller = new ServiceCaller(new SilentService(), Addresses(), new(new Nobody(), null!, TimeProvider.System));

        var error = await Should.ThrowAsync<ServiceProblemException>(() => caller.GetAsync<object>(ServiceAddresses.Inventory, "products").WaitAsync(Patience.Long));

        (error.Problem.Code, error.Problem.Status).ShouldBe(("service-away", 503));
    }

    [Fact]
    public async Task Who_no_longer_waits_for_an_answer_is_told_of_no_problem()
    {
        var caller = new ServiceCaller(new SilentService(), Addresses(), new(new Nobody(), null!, TimeProvider.System));

        await Should.ThrowAsync<OperationCanceledException>(() => caller.GetAsync<object>(ServiceAddresses.Inventory, "products", new(canceled: true)).WaitAsync(Patience.Long));
    }

    private static ServiceAddresses Addresses() => new(
        new ConfigurationBuilder().AddInMemoryCollection([new($"Storefront:Services:{ServiceAddresses.Inventory}", "http://inventory.invalid")]).Build(), null!);

    /// <summary>Takes every request and never answers.</summary>
    private sealed class SilentService : HttpMessageHandler, IHttpClientFactory
    {
        public HttpClient CreateClient(string name) => new(this, disposeHandler: false) { Timeout = TimeSpan.FromMilliseconds(50) };

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            throw new InvalidOperationException("It never gets here.");
        }
    }

    private sealed class Nobody : AuthenticationStateProvider
    {
        public override Task<AuthenticationState> GetAuthenticationStateAsync() => Task.FromResult(new AuthenticationState(new ClaimsPrincipal(new ClaimsIdentity())));
    }
}
