using System.CommandLine;
using Shop.Host.Archive;
using Shop.Host.Bundles;
using Shop.Host.Proof;
using Shop.Host.Replay;
using Shop.Host.WhatIf;
using Shop.Messaging;

namespace Shop.Host;

/// <summary>The commands of the host. Exit codes: 0 done, 1 something was found that should not be or nothing that should, 2 it cannot run as asked, 130 stopped by Ctrl-C before it was done.</summary>
internal static class CommandLine
{
    private const int CannotRun = 2;
    private const int Interrupted = 130;

    /// <summary>From Ctrl-C to the end of the process, whatever is still under way: it goes on after the next start.</summary>
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(10);

    private static readonly Option<string> Urls = new("--urls")
    {
        Description = "Where to listen, such as http://127.0.0.1:5080; several separated by ';', port 0 takes a free one.",
        DefaultValueFactory = _ => ShopOptions.DefaultUrls,
    };

    private static readonly Option<string> Data = new("--data")
    {
        Description = "Folder of the stores: one SQLite file per service, and the payment sandbox's ledger. Created when missing.",
        DefaultValueFactory = _ => ShopOptions.DefaultData,
    };

    private static readonly Option<bool> NoSeed = new("--no-seed")
    {
        Description = "Do not list the example catalogue.",
    };

    private static readonly Option<bool> NoWarmUp = new("--no-warm-up")
    {
        Description = "Do not warm up in the background after the start; the first thousand orders are slower then.",
    };

    public static async Task<int> RunAsync(string[] args)
    {
        var result = Describe().Parse(args);
        if (result.Errors.Count > 0)
            return Refuse($"{result.Errors[0].Message} Run with --help to see every option.");
        try
        {
            return await result.InvokeAsync(new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = StopTime });
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine("Stopped before it was done. Run it again to go on; nothing is lost and nothing is done twice.");
            return Interrupted;
        }
        catch (StartException error)
        {
            return Refuse(error.Message);
        }
        catch (StartupException error)
        {
            return Refuse(error.Message);
        }
        catch (MalformedFileException error)
        {
            return Refuse(error.Message);
        }
    }

    private static RootCommand Describe()
    {
        Data.Recursive = true;
        var root = new RootCommand("Shop in one process: orders, payments, inventory and the saga on SQLite, with a payment sandbox beside them. Ctrl-C stops it.")
        {
            Urls, Data, NoSeed, NoWarmUp,
        };
        root.SetAction((parsed, cancellation) => ServeCommand.RunAsync(
            new(parsed.GetValue(Urls)!, parsed.GetValue(Data)!, Seed: !parsed.GetValue(NoSeed), WarmUp: !parsed.GetValue(NoWarmUp)), Console.Out, cancellation));

        var file = new Argument<FileInfo>("FILE") { Description = "CSV in the shape of the Online Retail data set." };
        var replay = new Command("replay", "Place every valid invoice of a file as an order, wait until all have ended, report and audit.") { file };
        replay.SetAction((parsed, cancellation) => ReplayCommand.RunAsync(parsed.GetValue(file)!.FullName, parsed.GetValue(Data)!, Console.Out, cancellation));
        root.Add(replay);

        var store = new Option<string>("--store")
        {
            Description = "Which stores: those in --data (sqlite), or those that ConnectionStrings__order, __payment, __inventory and __saga name (postgres, sqlserver).",
            DefaultValueFactory = _ => Stores.Sqlite,
        };
        var withoutProvider = new Option<bool>("--without-provider") { Description = "The provider is a real one, whose books are not to be had: take the shop's own for them." };
        var audit = new Command("audit", "Check the four promises over all stores and the provider's ledger. Run it while nothing is under way.") { store, withoutProvider };
        audit.SetAction((parsed, cancellation) => AuditCommand.RunAsync(
            parsed.GetValue(Data)!, parsed.GetValue(store)!, parsed.GetValue(withoutProvider), Environment(), Console.Out, cancellation));
        root.Add(audit);
        root.Add(DescribeMigrate());
        root.Add(DescribeErase());
        root.Add(VerifyCommand.Describe(Data));
        root.Add(ArchiveCommand.Describe(Data));
        root.Add(WhatIfCommand.Describe(Data));
        root.Add(LoadCommand.Describe(Data));
        return root;
    }

    private static Command DescribeMigrate()
    {
        var from = new Option<string>("--from") { Description = "sqlite: the stores in --data.", Required = true };
        var to = new Option<string>("--to") { Description = "postgres or sqlserver: the empty databases that ConnectionStrings__order, __payment, __inventory, __saga and __accounts name.", Required = true };
        var migrate = new Command("migrate", "Move all stores and the accounts elsewhere, compare everything, report. Run it again after any interruption.") { from, to };
        migrate.SetAction((parsed, cancellation) => MigrateCommand.RunAsync(
            parsed.GetValue(from)!, parsed.GetValue(to)!, parsed.GetValue(Data)!, Environment(), Console.Out, cancellation));
        return migrate;
    }

    private static IConfigurationRoot Environment() => new ConfigurationBuilder().AddEnvironmentVariables().Build();

    private static Command DescribeErase()
    {
        var customer = new Option<string?>("--customer") { Description = "Id of the customer whose personal data all orders lose, and whose account is erased." };
        var order = new Option<Guid?>("--order") { Description = "Id of a guest's order that loses its personal data." };
        var by = new Option<string>("--by") { Description = "Who asks for it; stored for ever.", Required = true };
        var reason = new Option<string>("--reason") { Description = "Why; stored for ever, so without anything about the customer.", DefaultValueFactory = _ => "asked to be forgotten" };
        var erase = new Command("erase", "Destroy the key of a customer's personal data: names, e-mails and addresses can never be read again. The orders stay.") { customer, order, by, reason };
        erase.SetAction((parsed, cancellation) => EraseCommand.RunAsync(
            parsed.GetValue(Data)!, parsed.GetValue(customer), parsed.GetValue(order), parsed.GetValue(by)!, parsed.GetValue(reason)!, Console.Out, cancellation));
        return erase;
    }

    private static int Refuse(string reason)
    {
        Console.Error.WriteLine(reason.ReplaceLineEndings(" "));
        return CannotRun;
    }
}
