using Microsoft.Extensions.Configuration;

namespace Shop.Messaging;

/// <summary>How messages leave the outbox; section <c>Shop:Messaging</c>.</summary>
public sealed class MessagingOptions
{
    public const string Section = "Shop:Messaging";

    /// <summary>
    /// True with the in-memory transport: a message is delivered when its consumers have committed, and all claims of an
    /// earlier process are void.
    /// </summary>
    public bool SingleProcess { get; internal set; } = true;

    /// <exception cref="InvalidOperationException">A value cannot be read.</exception>
    public static MessagingOptions Read(IConfiguration configuration) => configuration.GetSection(Section).Get<MessagingOptions>() ?? new();

    /// <summary>How often the outbox is looked through for due messages; for left-over ones at most once a second.</summary>
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How long a message belongs to the process that committed or swept it; when that one dies, others wait so long to take it over.</summary>
    public TimeSpan ClaimDuration { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>A broker that has not confirmed a message for so long gets a new connection.</summary>
    public TimeSpan ConfirmLimit { get; set; } = TimeSpan.FromSeconds(10);
}
