using System.Globalization;
using Microsoft.Extensions.Configuration;
using Shop.EventSourcing.Proof;

namespace Shop.Messaging.Proof;

/// <summary>
/// Where the key is that signs the logs' heads, and where the newest heads are kept: <c>Shop:Proof:KeyFile</c>, <c>Key</c>,
/// <c>Heads</c>, <c>IntervalSeconds</c>. A key file that is not there is made; the embedded shop has one in its data folder.
/// </summary>
public sealed class ProofSettings
{
    private const string Section = "Shop:Proof";

    private string? keyFile;
    private string? key;

    /// <summary>Folder of the newest heads, one file per store; null: none is kept.</summary>
    public string? Heads { get; private init; }

    /// <summary>From one seal to the next; zero: none are made.</summary>
    public TimeSpan Interval { get; private init; }

    /// <exception cref="StartupException">A setting cannot be understood.</exception>
    public static ProofSettings Read(IConfiguration configuration)
    {
        var section = configuration.GetSection(Section);
        var embedded = StoreEngines.IsEmbedded(configuration) ? Path.Combine(StoreEngines.DataFolder(configuration), "proof") : null;
        return new()
        {
            keyFile = section["KeyFile"] ?? (embedded is null ? null : Path.Combine(embedded, "key.pem")),
            key = section["Key"],
            Heads = section["Heads"] ?? embedded,
            Interval = section["IntervalSeconds"] switch
            {
                null or "" => Sealer.DefaultInterval,
                var text when double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) => TimeSpan.FromSeconds(seconds),
                var text => throw new StartupException($"Setting {Section}:IntervalSeconds is '{text}'. Give seconds, such as 1; 0 seals nothing."),
            },
        };
    }

    /// <returns>Null when no key is configured.</returns>
    /// <exception cref="StartupException">The key cannot be read.</exception>
    public ProofKeys? OpenKeys()
    {
        try
        {
            return !string.IsNullOrWhiteSpace(key) ? ProofKeys.Parse(key)
                : keyFile is null ? null
                : ProofKeys.LoadOrCreate(keyFile);
        }
        catch (Exception error) when (error is ArgumentException or IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"The key of the proof cannot be read ({(string.IsNullOrWhiteSpace(key) ? keyFile : $"setting {Section}:Key")}): {error.Message}", error);
        }
    }

    /// <summary>As <see cref="OpenKeys"/>, but makes none.</summary>
    /// <exception cref="StartupException">The key cannot be read.</exception>
    public ProofKeys? OpenExistingKeys() => string.IsNullOrWhiteSpace(key) && !File.Exists(keyFile) ? null : OpenKeys();

    public HeadFile? HeadOf(string store) => Heads is null ? null : new(Path.Combine(Heads, store + HeadFile.Extension));
}
