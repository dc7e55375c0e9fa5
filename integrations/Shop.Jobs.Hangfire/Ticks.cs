using System.Globalization;
using System.Text.RegularExpressions;
using Shop.Messaging;

namespace Shop.Jobs.Hangfire;

/// <summary>
/// A schedule as Hangfire's recurring jobs take it: five fields or six, days of the week from 0. It may tick more often than the
/// schedule; which instant a tick is for is <see cref="JobSchedule.Latest"/>.
/// </summary>
internal static partial class Ticks
{
    private const int QuartzFields = 6;
    private const int DayOfWeek = 5;
    private const int Year = 6;

    /// <returns>Null for <see cref="JobSchedule.Never"/>.</returns>
    /// <exception cref="StartupException">Hangfire cannot say it.</exception>
    public static string? Of(ScheduledJob job) => job.Schedule switch
    {
        { Interval: { } interval } => Every(interval),
        { Cron: { } cron } => FromQuartz(cron, $"Shop:Jobs:Schedules:{job.Name}"),
        _ => null,
    };

    /// <summary>The longest regular tick that meets every multiple of the interval.</summary>
    private static string Every(TimeSpan interval)
    {
        var seconds = interval.Ticks % TimeSpan.TicksPerSecond == 0 ? interval.Ticks / TimeSpan.TicksPerSecond : 1;
        return (seconds % 60, seconds / 60 % 60, seconds / 3600 % 24) switch
        {
            (not 0, _, _) => string.Create(CultureInfo.InvariantCulture, $"*/{Gcd(seconds, 60)} * * * * *"),
            (_, not 0, _) => string.Create(CultureInfo.InvariantCulture, $"0 */{Gcd(seconds / 60, 60)} * * * *"),
            (_, _, not 0) => string.Create(CultureInfo.InvariantCulture, $"0 0 */{Gcd(seconds / 3600, 24)} * * *"),
            _ => "0 0 0 * * *",
        };
    }

    private static string FromQuartz(string cron, string setting)
    {
        var fields = cron.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (fields.Length > Year && fields[Year] is not ("*" or "?"))
            throw new StartupException($"Setting {setting} is '{cron}', which names years: Hangfire knows none. Leave the last field out.");
        fields[DayOfWeek] = DayNumber().Replace(fields[DayOfWeek], day => (int.Parse(day.Value, CultureInfo.InvariantCulture) - 1).ToString(CultureInfo.InvariantCulture));
        return string.Join(' ', fields.Take(QuartzFields));
    }

    private static long Gcd(long one, long other) => other == 0 ? one : Gcd(other, one % other);

    /// <summary>A day of the week, not the number of a step or of a week in the month.</summary>
    [GeneratedRegex(@"(?<![#/\d])\d+")]
    private static partial Regex DayNumber();
}
