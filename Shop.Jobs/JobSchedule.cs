using System.Globalization;
using Quartz;
using Shop.Messaging;

namespace Shop.Jobs;

/// <summary>When a job runs by itself: at fixed intervals, at times of a cron expression, or never.</summary>
public sealed record JobSchedule
{
    public const string NeverText = "never";

    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromDays(365);

    private JobSchedule()
    {
    }

    /// <summary>Only when somebody asks for it.</summary>
    public static JobSchedule Never { get; } = new();

    /// <summary>Quartz's form: seconds, minutes, hours, day of month, month, day of week; in UTC.</summary>
    public string? Cron { get; private init; }

    public TimeSpan? Interval { get; private init; }

    public static JobSchedule Every(TimeSpan interval) => new() { Interval = interval };

    /// <summary>Each day, in UTC.</summary>
    public static JobSchedule Daily(int hour, int minute) => new() { Cron = string.Create(CultureInfo.InvariantCulture, $"0 {minute} {hour} * * ?") };

    /// <summary>As a setting gives it: <c>never</c>, an interval such as <c>00:05:00</c>, or a cron expression.</summary>
    /// <exception cref="StartupException">It is none of them.</exception>
    public static JobSchedule Parse(string text, string setting)
    {
        if (text.Equals(NeverText, StringComparison.OrdinalIgnoreCase))
            return Never;
        if (TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var interval) && interval >= Shortest && interval <= Longest)
            return Every(interval);
        return CronExpression.TryParse(text, out _)
            ? new() { Cron = text }
            : throw new StartupException(
                $"Setting {setting} is '{text}'. Give an interval such as 00:05:00, from a second to a year, a cron expression with seconds such as 0 30 3 * * ?, or {NeverText}.");
    }

    /// <summary>The first instant after another one at which a job with this schedule is due; intervals count from 1970.</summary>
    /// <returns>Null when there is none.</returns>
    public DateTimeOffset? Next(DateTimeOffset after) => this switch
    {
        { Interval: { } interval } => Floor(after, interval) + interval,
        { Cron: { } cron } => UtcCron(cron).GetNextValidTimeAfter(after),
        _ => null,
    };

    /// <summary>The last instant up to another one, inclusive, at which a job with this schedule was due.</summary>
    /// <returns>Null when there was none.</returns>
    public DateTimeOffset? Latest(DateTimeOffset until) => this switch
    {
        { Interval: { } interval } => Floor(until, interval),
        { Cron: { } cron } => UtcCron(cron).GetPreviousValidTimeBefore(Floor(until, Shortest) + Shortest),
        _ => null,
    };

    private static DateTimeOffset Floor(DateTimeOffset instant, TimeSpan interval) =>
        instant - TimeSpan.FromTicks((instant - DateTimeOffset.UnixEpoch).Ticks % interval.Ticks);

    private static CronExpression UtcCron(string cron) => new(cron, TimeZoneInfo.Utc);

    /// <summary>As <see cref="Parse"/> takes it.</summary>
    public override string ToString() => Cron ?? Interval?.ToString("c", CultureInfo.InvariantCulture) ?? NeverText;
}
