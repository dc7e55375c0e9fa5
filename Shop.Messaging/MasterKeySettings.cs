using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Shop.EventSourcing.Protection;

namespace Shop.Messaging;

/// <summary>
/// Where the master key of personal data comes from: a setting; else, in the embedded mode, a file of the data folder that is made when
/// there is none. With a PostgreSQL database, which replicas share, it must be set; only outside of Production everybody knows it.
/// </summary>
public static class MasterKeySettings
{
    public const string Setting = "Shop:PersonalData:MasterKey";
    public const string OthersSetting = "Shop:PersonalData:OtherMasterKeys";
    public const string FileName = "personal-data.key";

    private const string EverybodyKnows = "development-only: everybody knows this master key";
    private const string Placeholder = "change-me";
    private const string Remedy = "Give at least 32 characters of secret text, the same to every replica, such as `openssl rand -base64 32` prints, and keep a copy: without it nobody reads the customers' data again.";

    /// <exception cref="StartupException">It is missing, too short, or not for Production.</exception>
    public static MasterKeys Read(IConfiguration configuration, IHostEnvironment? environment)
    {
        var isEmbedded = StoreEngines.IsEmbedded(configuration);
        var current = configuration[Setting];
        if (string.IsNullOrWhiteSpace(current))
            current = isEmbedded ? FromFile(Path.Combine(StoreEngines.Folder(configuration), FileName)) : Known(environment);
        else if (environment?.IsProduction() == true && (current == EverybodyKnows || current.Contains(Placeholder, StringComparison.OrdinalIgnoreCase)))
            throw new StartupException($"Setting {Setting} is not for Production: everybody knows it. {Remedy}");
        try
        {
            return new(current, configuration.GetSection(OthersSetting).Get<string[]>() ?? []);
        }
        catch (ArgumentException error)
        {
            throw new StartupException($"Setting {Setting} or {OthersSetting} is too short. {Remedy}", error);
        }
    }

    private static string Known(IHostEnvironment? environment) => environment?.IsProduction() == true
        ? throw new StartupException($"Setting {Setting} is missing: it wraps the keys of the customers' personal data. {Remedy}")
        : EverybodyKnows;

    private static string FromFile(string path)
    {
        if (!File.Exists(path))
            Create(path);
        return File.ReadAllText(path, Encoding.UTF8) is { } text && text.Trim().Length >= MasterKeys.MinSecretLength
            ? text
            : throw new StartupException($"The master key in {path} is damaged. Restore the file from a backup; without it nobody reads the customers' data again.");
    }

    private static void Create(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var file = new FileStream(path + ".new", options))
        {
            file.Write(Encoding.UTF8.GetBytes(Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)) + "\n"));
            file.Flush(flushToDisk: true);
        }

        File.Move(path + ".new", path);
    }
}
