namespace Shop.Audit.Checks;

/// <summary>The logs are whole, every event can be read and follows on those before it, and the read models equal a replay.</summary>
internal static class LogChecks
{
    public static IEnumerable<Violation> Run(AuditInput input) =>
        from store in input.Stores
        from finding in store.Findings
        select new Violation(Promise.EverythingProvable, null, $"store {store.Name}, {finding.Subject}", finding.Expected, finding.Found);
}
