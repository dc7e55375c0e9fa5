using System.Text;
using Shop.EventSourcing.Protection;
using Shop.EventSourcing.Tests.Store;

namespace Shop.EventSourcing.Tests.Protection;

/// <summary>What is stored must open for ever. The samples were made by another implementation of AES-GCM and HKDF.</summary>
public sealed class StoredFormTests
{
    private const string Master = "a master key for the tests of the store";
    private static readonly Guid KeyId = Guid.Parse("01936f5e-7c00-7000-8000-000000000001");
    private static readonly DateTimeOffset At = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly byte[] Material = [.. Enumerable.Range(0, 32).Select(number => (byte)number)];
    private static readonly DataKey Key = new(KeyId, "person:ada", At, Material);

    [Fact]
    public void A_sealed_value_opens_as_approved()
    {
        var page = new Protected<DiaryPage>(
            KeyId,
            "ZGVmZ2hpamtsbW5vMzmKAwGddKQcETqLqAAe3z_iJiqrTNNSh_GMaNuDhWi0yWDgbDK7JN3TWB_dYurvO3u4xwBqYQja0Yz2z6GFqpHhNIm9Wp2NgMEgZzFpFt8");

        Key.Open(page, DiaryJson.Default.DiaryPage, "diary-ada", "page").ShouldBe(new DiaryPage("secret"));
    }

    [Fact]
    public void A_wrapped_key_unwraps_as_approved()
    {
        var row = new DataKeyRow
        {
            KeyId = KeyId,
            Subject = "person:ada",
            MasterKeyId = "207acb914a8db764",
            Wrapped = "ZGVmZ2hpamtsbW5vCmW5lmBY4FnSiWZ2zU3hccPZrMgpwJIerU2ZR4yjPrHKsCQoluybHruVB62421Iv",
            CreatedAt = At,
        };

        new MasterKeys(Master).Unwrap(row).ShouldNotBeNull().Material.ShouldBe(Material);
        Should.Throw<InvalidOperationException>(() => new MasterKeys(Master).Unwrap(row with { Subject = "person:bob" })).Message.ShouldContain("was changed");
    }

    [Theory]
    [InlineData("data-key-created.v1", """{"keyId":"01936f5e-7c00-7000-8000-000000000001","createdAt":"2026-01-02T03:04:05+00:00"}""")]
    [InlineData("personal-data-erased.v1", """{"keyId":"01936f5e-7c00-7000-8000-000000000001","by":"the desk","reason":"asked to","erasedAt":"2026-01-02T03:04:05+00:00"}""")]
    [InlineData("subject-erased-without-key.v1", """{"by":"the desk","reason":"asked to","erasedAt":"2026-01-02T03:04:05+00:00"}""")]
    public void Every_stored_name_reads_and_writes_its_approved_sample(string name, string sample)
    {
        DataSubjectEvent.Types.All.Count().ShouldBe(3);
        DataSubjectEvent.Types.TryDeserialize(name, Encoding.UTF8.GetBytes(sample), out var read).ShouldBeTrue();
        read.ShouldBe(name switch
        {
            "data-key-created.v1" => new DataSubjectEvent.KeyCreated(KeyId, At),
            "personal-data-erased.v1" => new DataSubjectEvent.Erased(KeyId, "the desk", "asked to", At),
            _ => new DataSubjectEvent.ErasedWithoutKey("the desk", "asked to", At),
        });
        var (storedName, data) = DataSubjectEvent.Types.Serialize(read!);
        (storedName, Encoding.UTF8.GetString(data)).ShouldBe((name, sample));
    }

    [Fact]
    public void The_same_value_is_never_sealed_the_same_and_its_length_tells_little()
    {
        var values = Enumerable.Range(0, 40).Select(length => Key.Seal(new DiaryPage(new('x', length)), DiaryJson.Default.DiaryPage, "diary-ada", "page")).ToArray();

        values.Select(value => value.Sealed).ShouldBeUnique();
        values.Select(value => value.Sealed.Length).Distinct().Count().ShouldBe(1);
        Key.Seal(new DiaryPage("a"), DiaryJson.Default.DiaryPage, "diary-ada", "page").ShouldNotBe(Key.Seal(new DiaryPage("a"), DiaryJson.Default.DiaryPage, "diary-ada", "page"));
    }

    [Fact]
    public void A_short_master_key_is_refused() =>
        Should.Throw<ArgumentException>(() => new MasterKeys("sesame")).Message.ShouldContain("openssl rand -base64 32");
}
