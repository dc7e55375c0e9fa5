namespace Shop.EventSourcing.Storage;

/// <summary>Instants as whole microseconds since 1970 UTC: what both engines store without loss.</summary>
public static class Instants
{
    public static long ToUnixMicroseconds(this DateTimeOffset instant) => (instant.UtcTicks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    public static DateTimeOffset FromUnixMicroseconds(long microseconds) =>
        new(DateTime.UnixEpoch.Ticks + (microseconds * TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);

    /// <summary>The instant as a store will give it back.</summary>
    public static DateTimeOffset TruncateToMicroseconds(this DateTimeOffset instant) => FromUnixMicroseconds(instant.ToUnixMicroseconds());
}
