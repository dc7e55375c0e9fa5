using System.Globalization;
using Microsoft.Extensions.Configuration;
using Shop.Messaging;

namespace Shop.Jobs;

/// <summary>Section <c>Shop:Jobs</c>.</summary>
public sealed record JobSettings
{
    private const string Section = "Shop:Jobs";
    private const string QuartzName = "Quartz";

    /// <summary>False: this process runs no jobs and answers nothing about them.</summary>
    public bool Enabled { get; private init; } = true;

    /// <summary>What fires jobs: <c>Quartz</c>, or the name of a package <c>Shop.Jobs.{name}</c>.</summary>
    public string Scheduler { get; private init; } = QuartzName;

    /// <summary>How often a run says that it lives, and each replica looks for runs that do not.</summary>
    public TimeSpan Beat { get; private init; }

    /// <summary>A run that was silent for so long is dead.</summary>
    public TimeSpan DeadAfter { get; private init; }

    /// <summary>Messages handled longer ago than this are not known any more; one that came again then would be handled again.</summary>
    public TimeSpan InboxKept { get; private init; }

    /// <summary>How long ago a stream must have ended to be archived.</summary>
    public TimeSpan ArchiveAfter { get; private init; }

    /// <exception cref="StartupException">A value cannot be read.</exception>
    public static JobSettings Read(IConfiguration configuration)
    {
        var section = configuration.GetSection(Section);
        var settings = new JobSettings
        {
            Enabled = section["Enabled"] switch
            {
                null or "" => true,
                var text when bool.TryParse(text, out var enabled) => enabled,
                var text => throw new StartupException($"Setting {Section}:Enabled is '{text}'. Give true or false."),
            },
            Scheduler = section["Scheduler"] is { Length: > 0 } scheduler ? scheduler : QuartzName,
            Beat = TimeSpan.FromSeconds(Number(section, "BeatSeconds", 5)),
            DeadAfter = TimeSpan.FromSeconds(Number(section, "DeadAfterSeconds", 30)),
            InboxKept = TimeSpan.FromDays(Number(section, "InboxDays", 30)),
            ArchiveAfter = TimeSpan.FromDays(Number(section, "ArchiveAfterDays", 90)),
        };
        return settings.DeadAfter >= settings.Beat * 2
            ? settings
            : throw new StartupException($"Setting {Section}:DeadAfterSeconds must be at least twice {Section}:BeatSeconds, or runs that live are taken for dead.");
    }

    /// <summary>The package that fires jobs instead of Quartz, if one was asked for.</summary>
    /// <exception cref="StartupException">The program was built without it.</exception>
    internal IJobSchedulerPackage? FindPackage() => Scheduler.Equals(QuartzName, StringComparison.OrdinalIgnoreCase)
        ? null
        : Integration.Load<IJobSchedulerPackage>($"{Section}:{nameof(Scheduler)}", Scheduler, $"Shop.Jobs.{Scheduler}", QuartzName);

    /// <summary>A job's own schedule, or what <c>Shop:Jobs:Schedules:{name}</c> says instead.</summary>
    /// <exception cref="StartupException">It cannot be read.</exception>
    public static JobSchedule ScheduleOf(IConfiguration configuration, JobDefinition job) =>
        configuration[$"{Section}:Schedules:{job.Name}"] is { Length: > 0 } text ? JobSchedule.Parse(text, $"{Section}:Schedules:{job.Name}") : job.Schedule;

    private static double Number(IConfigurationSection section, string name, double usual) => section[name] switch
    {
        null or "" => usual,
        var text when double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number > 0 => number,
        var text => throw new StartupException($"Setting {Section}:{name} is '{text}'. Give a number above 0."),
    };
}
