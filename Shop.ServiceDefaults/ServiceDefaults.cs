using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.OpenApi;
using Shop.EventSourcing;
using Shop.Messaging;
using Shop.Messaging.Measuring;
using Shop.ServiceDefaults.Health;
using Shop.ServiceDefaults.Refusals;
using Shop.ServiceDefaults.Security;
using Shop.ServiceDefaults.Telemetry;

namespace Shop.ServiceDefaults;

/// <summary>What every service does the same way: who may call, telemetry, health, problem details, JSON, OpenAPI, diagnostics.</summary>
public static class ServiceDefaults
{
    public static TBuilder AddShopServiceDefaults<TBuilder>(this TBuilder builder) where TBuilder : IHostApplicationBuilder
    {
        // MassTransit reports usage to its maker unless told not to; a shop's traffic is nobody else's business.
        Environment.SetEnvironmentVariable("MASSTRANSIT_USAGE_TELEMETRY", "false");
        OtlpExport.Add(builder);
        Logs.Add(builder);
        HealthEndpoints.Add(builder);
        builder.Services.AddSingleton<WarmUpState>();
        builder.Services.AddSingleton(provider => new OverviewSampler(
            provider.GetRequiredService<StoreMonitor>(), provider.GetServices<IOverviewPart>(), provider.GetService<IBrokerQueues>(),
            provider.GetRequiredService<IHostEnvironment>(), provider.GetRequiredService<TimeProvider>()));
        SecurityRegistration.Add(builder);
        builder.Services.AddProblemDetails(options => options.CustomizeProblemDetails = context =>
        {
            context.ProblemDetails.Extensions.Remove("traceId");
            SecurityRegistration.Describe(context);
        });
        builder.Services.AddSingleton<IProblemDetailsWriter, AnyProblemDetailsWriter>();
        builder.Services.AddExceptionHandler<ProblemDetailsHandler>();
        // In Production too: else what the framework cannot read is answered without a word.
        builder.Services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        builder.Services.ConfigureHttpJsonOptions(options =>
        {
            options.SerializerOptions.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
            options.SerializerOptions.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase));
        });
        builder.Services.AddEndpointsApiExplorer();
        builder.Services.AddSwaggerGen(options =>
        {
            options.CustomSchemaIds(type => type.FullName!.Replace('+', '.'));
            options.OperationFilter<PositionParameters>();
            options.AddSecurityDefinition("Bearer", new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "A token from POST /account/token." });
            options.AddSecurityRequirement(document => new() { [new("Bearer", document)] = [] });
        });
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(8));
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        // Where the keys are, and that they are files: docs/security.md says so.
        builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
        builder.Logging.AddFilter("Microsoft.EntityFrameworkCore", LogLevel.Warning);
        builder.Logging.AddFilter("MassTransit", LogLevel.Warning);
        builder.Logging.AddFilter("System.Net.Http", LogLevel.Warning);
        // Whoever asks is told; a line for each probe would drown the one that says what is away.
        builder.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);
        return builder;
    }

    /// <summary>
    /// Who calls and what they may, error handling, the OpenAPI document at <c>/openapi/v1.json</c>, a page to try it at <c>/docs</c>, health, counters, parked
    /// messages, read models, streams, the overview, jobs, what operators did.
    /// </summary>
    public static WebApplication UseShopServiceDefaults(this WebApplication app)
    {
        app.UseForwardedHeaders();
        SecurityHeaders.Use(app);
        RequestTelemetry.Use(app);
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        ErrorPages.Use(app);
        QueryStrings.Use(app);
        app.MapSwagger("/openapi/{documentName}.json").AllowAnonymous();
        app.UseWhen(context => context.Request.Path.StartsWithSegments("/docs"), docs => docs.UseSwaggerUI(options =>
        {
            options.RoutePrefix = "docs";
            options.SwaggerEndpoint("../openapi/v1.json", "Shop");
        }));
        SecurityRegistration.Use(app);
        HealthEndpoints.Map(app);
        if (app.Services.GetRequiredService<IServiceProviderIsService>().IsService(typeof(ParkedMessages)))
            MapOperating(app);
        ProjectionEndpoints.Map(app);
        JobEndpoints.Map(app);
        return app;
    }

    /// <summary>For processes that have stores.</summary>
    private static void MapOperating(WebApplication app)
    {
        app.MapDiagnostics();
        ParkedMessageEndpoints.Map(app);
        MessageEndpoints.Map(app);
        StreamEndpoints.Map(app);
        OverviewEndpoints.Map(app);
        Operators.Map(app);
    }

    private static void MapDiagnostics(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/diagnostics/counters", (IEnumerable<EventStore> stores, WarmUpState warmUp) => Results.Ok(new
        {
            IsWarmingUp = warmUp.IsUnderWay,
            Stores = stores.Select(store => new
            {
                store.Name,
                store.Counters.Commits,
                store.Counters.WriteSets,
                store.Counters.Messages,
                store.Counters.Conflicts,
                store.Counters.Duplicates,
                store.Position,
            }),
        })).RequireAuthorization(Policies.Operator).WithTags("Diagnostics").WithSummary("What each store has committed since it was opened.");
    }
}
