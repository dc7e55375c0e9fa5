using System.CommandLine;
using System.CommandLine.Parsing;

namespace Shop.Load;

/// <summary>The command line: options in, report out.</summary>
public static class LoadCommand
{
    private static readonly Option<Uri> Url = new("--url") { Description = "Where the shop listens.", DefaultValueFactory = _ => new("http://127.0.0.1:5080"), CustomParser = ParseUrl };
    private static readonly Option<string> User = new("--user") { Description = "E-mail address of an operator of the shop.", DefaultValueFactory = _ => "operator@example.com" };
    private static readonly Option<string> Password = new("--password") { Description = "The operator's password; the default is that of the demo account.", DefaultValueFactory = _ => "Shop-demo-1" };
    private static readonly Option<string?> Token = new("--token") { Description = "An operator's access token, instead of --user and --password." };
    private static readonly Option<int> Orders = new("--orders") { Description = "Orders to measure.", DefaultValueFactory = _ => 5_000 };
    private static readonly Option<int> Warmup = new("--warmup") { Description = "Orders placed before the measurement, not counted.", DefaultValueFactory = _ => 200 };
    private static readonly Option<int> Concurrency = new("--concurrency") { Description = "Buyers at work at the same time.", DefaultValueFactory = _ => 64 };
    private static readonly Option<double> Decline = new("--decline") { Description = "Share of orders paid with a declined card, 0 to 1.", DefaultValueFactory = _ => 0.1 };
    private static readonly Option<int> Skus = new("--skus") { Description = "Products to buy from.", DefaultValueFactory = _ => 1_000 };
    private static readonly Option<int> LinesMax = new("--lines-max") { Description = "Most lines in one order; each has 1 to this many.", DefaultValueFactory = _ => 3 };
    private static readonly Option<int> Seed = new("--seed") { Description = "Same seed, same orders.", DefaultValueFactory = _ => 1 };
    private static readonly Option<int> TimeoutSeconds = new("--timeout") { Description = "Seconds until a missing answer counts as an error.", DefaultValueFactory = _ => 60 };
    private static readonly Option<string?> Json = new("--json") { Description = "File to write the report to as JSON." };

    /// <returns>0: no error; 1: some orders failed, or the shop could not be reached; 2: wrong options.</returns>
    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter errors)
    {
        var root = new RootCommand("Places orders in a closed loop and measures how long each takes from the request until it has ended.")
        {
            Url, User, Password, Token, Orders, Warmup, Concurrency, Decline, Skus, LinesMax, Seed, TimeoutSeconds, Json,
        };
        foreach (var positive in new[] { Orders, Concurrency, Skus, LinesMax, TimeoutSeconds })
            AtLeast(positive, 1);
        AtLeast(Warmup, 0);
        Decline.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double>() is not (>= 0 and <= 1))
                result.AddError("--decline must be between 0 and 1.");
        });
        root.SetAction((parsed, cancellationToken) => MeasureAsync(parsed, output, errors, cancellationToken));

        var arguments = root.Parse(args);
        if (arguments.Errors.Count == 0)
            return await arguments.InvokeAsync(new() { Output = output, Error = errors });
        await errors.WriteLineAsync($"{arguments.Errors[0].Message} Try --help.");
        return 2;
    }

    private static async Task<int> MeasureAsync(ParseResult parsed, TextWriter output, TextWriter errors, CancellationToken cancellationToken)
    {
        var options = new LoadOptions
        {
            Url = parsed.GetValue(Url)!,
            User = parsed.GetValue(User)!,
            Password = parsed.GetValue(Password)!,
            Token = parsed.GetValue(Token),
            Orders = parsed.GetValue(Orders),
            WarmupOrders = parsed.GetValue(Warmup),
            Concurrency = parsed.GetValue(Concurrency),
            DeclinedShare = parsed.GetValue(Decline),
            Skus = parsed.GetValue(Skus),
            LinesMax = parsed.GetValue(LinesMax),
            Seed = parsed.GetValue(Seed),
            TimeoutSeconds = parsed.GetValue(TimeoutSeconds),
        };
        try
        {
            var report = await new LoadRun(options, output, TimeProvider.System).RunAsync(cancellationToken);
            report.Print(output);
            if (parsed.GetValue(Json) is { } path)
                await report.WriteAsync(path, cancellationToken);
            return report.Errors == 0 ? 0 : 1;
        }
        catch (Exception failure) when (failure is HttpRequestException or InvalidOperationException or IOException)
        {
            await errors.WriteLineAsync(failure.Message);
            return 1;
        }
    }

    private static Uri? ParseUrl(ArgumentResult result)
    {
        if (Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out var url) && url.Scheme is ("http" or "https"))
            return url;
        result.AddError($"--url must be an absolute http URL, such as http://127.0.0.1:5080, but is '{result.Tokens[0].Value}'.");
        return null;
    }

    private static void AtLeast(Option<int> option, int least) => option.Validators.Add(result =>
    {
        if (result.GetValueOrDefault<int>() < least)
            result.AddError($"{option.Name} must be at least {least}.");
    });
}
