using System.Text.Json;

namespace Shop.Distributed.Tests.Running;

/// <summary>An HTTP answer, read whole.</summary>
internal sealed record Answer(int Status, string Body)
{
    public JsonElement Json { get; } = Body.Length > 0 && Body[0] is '{' or '[' ? JsonElement.Parse(Body) : default;

    public bool IsSuccess => Status is >= 200 and < 300;

    public JsonElement this[string member] => Json.GetProperty(member);

    public Answer ShouldBe(int status)
    {
        Status.ShouldBe(status, Body);
        return this;
    }
}
