namespace Shop.Host.Tests.EndToEnd;

/// <summary>Limits end a test that hangs. They measure nothing, so that a slow machine fails none.</summary>
internal static class Patience
{
    public static readonly TimeSpan Long = TimeSpan.FromMinutes(3);
}
