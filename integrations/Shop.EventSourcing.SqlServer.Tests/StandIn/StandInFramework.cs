using System.Reflection;
using Xunit.Abstractions;
using Xunit.Sdk;

[assembly: TestFramework("Shop.EventSourcing.SqlServer.Tests.StandInFramework", "Shop.EventSourcing.SqlServer.Tests")]

namespace Shop.EventSourcing.SqlServer.Tests;

/// <summary>Leaves out what the stand-in lacks; with SQL Server it is xunit as it is.</summary>
public sealed class StandInFramework(IMessageSink sink) : XunitTestFramework(sink)
{
    protected override ITestFrameworkExecutor CreateExecutor(AssemblyName assemblyName) =>
        new Executor(assemblyName, SourceInformationProvider, DiagnosticMessageSink);

    private sealed class Executor(AssemblyName assembly, ISourceInformationProvider source, IMessageSink diagnostics)
        : XunitTestFrameworkExecutor(assembly, source, diagnostics)
    {
        private static readonly PropertyInfo Reason = typeof(TestMethodTestCase).GetProperty("SkipReason")!;

        protected override void RunTestCases(IEnumerable<IXunitTestCase> testCases, IMessageSink executionMessageSink, ITestFrameworkExecutionOptions executionOptions)
        {
            var cases = testCases.ToList();
            foreach (var each in StandIn.IsUsed ? cases : [])
            {
                var type = each.TestMethod.TestClass.Class.Name;
                var name = type[(type.LastIndexOf('.') + 1)..];
                if (StandIn.Lacks.TryGetValue(name, out var why) || StandIn.Lacks.TryGetValue($"{name}.{each.TestMethod.Method.Name}", out why))
                    Reason.SetValue(each, why);
            }

            base.RunTestCases(cases, executionMessageSink, executionOptions);
        }
    }
}
