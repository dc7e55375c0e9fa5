using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.Hosting;

namespace Shop.Messaging;

public static class DistributedMode
{
    /// <summary>
    /// What a service that runs alone takes for granted unless a setting says otherwise: RabbitMQ and PostgreSQL, as in memory
    /// there would be nobody else to hear it; and a log that names order and trace.
    /// </summary>
    public static TBuilder UseDistributedMode<TBuilder>(this TBuilder builder) where TBuilder : IHostApplicationBuilder
    {
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource
        {
            InitialData = [new("Shop:Transport", "RabbitMq"), new("Shop:Store", "PostgreSql"), new("Logging:Console:FormatterName", "line")],
        });
        return builder;
    }
}
