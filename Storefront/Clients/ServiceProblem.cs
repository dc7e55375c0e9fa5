using System.Text.Json;
using System.Text.Json.Serialization;

namespace Shop.Storefront.Clients;

/// <summary>Problem details (RFC 9457) as the services write them.</summary>
public sealed record ServiceProblem
{
    public int Status { get; init; }

    public string? Title { get; init; }

    public string? Detail { get; init; }

    /// <summary>Which problem, such as <c>price-changed</c>.</summary>
    public string? Code { get; init; }

    /// <summary>The field that it is about.</summary>
    public string? Field { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? More { get; init; }
}

/// <summary>A service refused, or could not be reached.</summary>
public sealed class ServiceProblemException(ServiceProblem problem, Exception? inner = null) : Exception(problem.Detail ?? problem.Title ?? $"The service answered {problem.Status}.", inner)
{
    public ServiceProblem Problem { get; } = problem;
}
