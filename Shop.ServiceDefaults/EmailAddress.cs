namespace Shop.ServiceDefaults;

/// <summary>What is taken for an e-mail address: good enough to see that a field was mixed up, and nothing that a database would not take.</summary>
public static class EmailAddress
{
    public const int MaxLength = 254;

    public static bool IsOne(string? text) => text is { Length: <= MaxLength }
        && !text.Any(character => char.IsControl(character) || char.IsWhiteSpace(character)) && text.Split('@') is [{ Length: > 0 }, { Length: > 0 }];
}
