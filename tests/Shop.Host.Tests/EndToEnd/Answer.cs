using System.Net.Http.Headers;
using System.Text.Json;

namespace Shop.Host.Tests.EndToEnd;

/// <summary>An HTTP answer, read whole.</summary>
public sealed record Answer(int Status, string Body, HttpResponseHeaders Headers)
{
    public JsonElement Json { get; } = Body.Length > 0 && Body[0] is '{' or '[' ? JsonElement.Parse(Body) : default;

    public JsonElement this[string member] => Json.GetProperty(member);

    public string Text(string member) => this[member].GetString()!;

    public Guid OrderId => this["orderId"].GetGuid();

    public string OrderStatus => Text("status");

    public Answer ShouldBe(int status)
    {
        Status.ShouldBe(status, Body);
        return this;
    }

    /// <summary>Problem details that name the code and the field.</summary>
    public Answer ShouldBeProblem(int status, string code, string field)
    {
        ShouldBe(status);
        Text("code").ShouldBe(code, Body);
        Text("field").ShouldBe(field, Body);
        Text("detail").ShouldNotBeNullOrWhiteSpace();
        return this;
    }
}
