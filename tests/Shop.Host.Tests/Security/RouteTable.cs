using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.AspNetCore.StaticAssets;
using Microsoft.Extensions.DependencyInjection;
using Shop.ServiceDefaults.Security;

namespace Shop.Host.Tests.Security;

/// <summary>A route of the whole shop and who it says may call it.</summary>
/// <param name="Who">Everybody, customer or operator; null: it does not say.</param>
/// <param name="IsOfSite">A page or form of the site, which takes its cookie; all others take an access token.</param>
internal sealed record ShopRoute(string Method, RoutePattern Pattern, string? Who, bool IsOfSite)
{
    public const string Everybody = "everybody";

    public string Path { get; } = "/" + string.Join('/', Pattern.PathSegments.Select(TextOf));

    public override string ToString() => $"{Method,-6} {Path,-60} {Who ?? "(nobody says)"}{(IsOfSite ? ", by the cookie" : "")}";

    /// <summary>Every route of a running shop, by path; files that browsers fetch are not among them.</summary>
    public static IReadOnlyList<ShopRoute> Of(ShopApplication shop) =>
    [
        .. EndpointsOf(shop).Where(endpoint => !IsFile(endpoint))
            .SelectMany(endpoint => MethodsOf(endpoint).Select(method => new ShopRoute(
                method, endpoint.RoutePattern, WhoMayCall(endpoint), endpoint.Metadata.GetMetadata<SignedInByCookieAttribute>() is not null)))
            .DistinctBy(route => route.ToString()).OrderBy(route => route.Path, StringComparer.Ordinal).ThenBy(route => route.Method, StringComparer.Ordinal),
    ];

    /// <summary>Files of the site that are not for everybody.</summary>
    public static IEnumerable<string> ClosedFilesOf(ShopApplication shop) =>
        EndpointsOf(shop).Where(endpoint => endpoint.Metadata.GetMetadata<StaticAssetDescriptor>() is not null && WhoMayCall(endpoint) != Everybody).Select(endpoint => endpoint.RoutePattern.RawText!);

    /// <summary>The path with these values, and something that fits for all others.</summary>
    public string Fill(Func<string, string?> valueOf) => "/" + string.Join('/', Pattern.PathSegments.Select(segment => string.Concat(segment.Parts.Select(part => part switch
    {
        RoutePatternParameterPart parameter => valueOf(parameter.Name) ?? (parameter.ParameterPolicies.Any(policy => policy.Content == "guid") ? Guid.Empty.ToString() : "none"),
        RoutePatternLiteralPart literal => literal.Content,
        RoutePatternSeparatorPart separator => separator.Content,
        _ => "",
    }))));

    private static IEnumerable<RouteEndpoint> EndpointsOf(ShopApplication shop) => shop.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>();

    /// <summary>One that the build knew, or, before the application is published, one that came since.</summary>
    private static bool IsFile(RouteEndpoint endpoint) => endpoint.Metadata.GetMetadata<StaticAssetDescriptor>() is not null || endpoint.RoutePattern.RawText == "{**path:file}";

    private static string TextOf(RoutePatternPathSegment segment) => string.Concat(segment.Parts.Select(part => part switch
    {
        RoutePatternParameterPart parameter => $"{{{(parameter.IsCatchAll ? "*" : "")}{parameter.Name}}}",
        RoutePatternLiteralPart literal => literal.Content,
        RoutePatternSeparatorPart separator => separator.Content,
        _ => "",
    }));

    /// <summary>Other methods than those that it takes are answered by the framework with 405.</summary>
    private static IEnumerable<string> MethodsOf(RouteEndpoint endpoint) => endpoint.Metadata.GetMetadata<IHttpMethodMetadata>() is { HttpMethods: [_, ..] methods } ? methods : ["ANY"];

    private static string? WhoMayCall(RouteEndpoint endpoint)
    {
        if (endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null)
            return Everybody;
        var policies = endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>().Select(data => data.Policy).ToHashSet();
        return policies.Contains(Policies.Operator) ? Policies.Operator : policies.Contains(Policies.Customer) ? Policies.Customer : null;
    }

    public static string ApprovedFile([CallerFilePath] string file = "") => System.IO.Path.Combine(System.IO.Path.GetDirectoryName(file)!, "routes.txt");
}
