using System.Runtime.InteropServices;
using Shop.PaymentSandbox;
using Shop.ServiceDefaults;

if (HealthProbe.IsAsked(args))
    return await HealthProbe.RunAsync(args);

var configuration = new ConfigurationBuilder()
    .AddJsonFile("appsettings.json", optional: true)
    .AddEnvironmentVariables()
    .AddCommandLine(args)
    .Build();
var options = configuration.GetSection("Sandbox").Get<SandboxOptions>() ?? new SandboxOptions();

await using var app = SandboxApplication.Create(options);
using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
await app.StartAsync();
Console.WriteLine($"The payment sandbox listens on {string.Join(", ", app.Urls)}");
await app.WaitForShutdownAsync();
return 0;

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    app.Lifetime.StopApplication();
}
