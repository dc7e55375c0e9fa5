// Each of these tests runs a whole shop, or several, in this process; side by side they would only measure each other. Those that
// mostly wait for processes of their own to start, stop or be killed run beside them.
[assembly: CollectionBehavior(CollectionBehavior.CollectionPerAssembly)]

namespace Shop.Host.Tests;

[CollectionDefinition(Name)]
public sealed class ProcessesCollection
{
    public const string Name = "Processes";
}
