namespace Shop.Services.Tests.Saga.Orchestrator;

public sealed class SagaDocumentTests
{
    [Fact]
    public async Task The_documentation_of_the_saga_is_what_the_machine_does()
    {
        var path = Repository.PathOf("docs", "saga.md");
        var written = SagaDocument.Write(new SagaRig().Machine);
        if (Environment.GetEnvironmentVariable("SHOP_APPROVE") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllTextAsync(path, written);
        }

        File.Exists(path).ShouldBeTrue("docs/saga.md is missing. Write it with SHOP_APPROVE=1.");
        (await File.ReadAllTextAsync(path)).ReplaceLineEndings("\n").ShouldBe(written, "docs/saga.md is out of date. Write it anew with SHOP_APPROVE=1.");
    }
}
