using System.Text;
using Microsoft.EntityFrameworkCore;
using Shop.EventSourcing.Protection;

namespace Shop.EventSourcing.Tests.Store;

/// <summary>Personal data: readable under its subject's key, and never again once that is destroyed.</summary>
public abstract partial class EventStoreContract
{
    private const string Master = "a master key for the tests of the store";
    private const string OtherMaster = "another master key for the tests of the store";
    private const string Page = "page";

    [Fact]
    public async Task What_is_protected_is_read_while_its_key_exists_and_never_after()
    {
        var personalData = new PersonalData(store, new(Master));
        await WriteAsync(store, personalData, "ada", "I wrote the first program.");
        await WriteAsync(store, personalData, "ada", "Nobody has a machine for it.");
        await WriteAsync(store, personalData, "bob", "I know nothing.");
        var before = await engine.ReadLogAsync(0, 100, default);
        before.ShouldAllBe(recorded => !Encoding.UTF8.GetString(recorded.Data).Contains("program") && !Encoding.UTF8.GetString(recorded.Data).Contains("machine"));
        (await ReadPageAsync(store, personalData, "ada")).ShouldBe("Nobody has a machine for it.");

        var erasure = (await personalData.EraseAsync("person:ada", "the desk", "asked to")).ShouldNotBeNull();

        (erasure.By, erasure.Reason, erasure.KeysDestroyed, erasure.Purged).ShouldBe(("the desk", "asked to", 1, true));
        (await ReadPageAsync(store, personalData, "ada")).ShouldBeNull();
        (await ReadPageAsync(store, personalData, "bob")).ShouldBe("I know nothing.");
        var after = await engine.ReadLogAsync(0, 100, default);
        after.Count.ShouldBe(before.Count + 1);
        after.Zip(before).ShouldAllBe(pair => pair.First.Data.SequenceEqual(pair.Second.Data));
        (await store.ReadAsOfAsync(Diary.Aggregate, "ada")).State.ShouldBe((await store.ReadAsync(Diary.Aggregate, "ada")).State);
        (await KeysAsync()).Single(row => row.Subject == "person:ada").Wrapped.ShouldBe(Convert.ToBase64String(new byte[60]));
        personalData.CachedKeys.ShouldBe(1);
    }

    [Fact]
    public async Task Erasing_again_changes_nothing_and_gives_the_same_answer()
    {
        var personalData = new PersonalData(store, new(Master));
        (await personalData.EraseAsync("person:ada", "the desk", "asked to")).ShouldBeNull();
        await WriteAsync(store, personalData, "ada", "secret");

        var erasures = await Task.WhenAll(Enumerable.Range(0, 8).Select(number => personalData.EraseAsync("person:ada", $"clerk {number}", "asked to")));

        erasures.Distinct().Count().ShouldBe(1);
        (await personalData.EraseAsync("person:ada", "somebody else", "later")).ShouldBe(erasures[0]);
        (await LogTypesAsync()).ShouldBe(["data-key-created.v1", "diary-written.v1", "personal-data-erased.v1"]);
    }

    [Fact]
    public async Task A_subject_without_a_key_is_erased_once_and_known_when_it_comes_back()
    {
        var personalData = new PersonalData(store, new(Master));
        (await WasErasedAsync()).ShouldBeFalse();

        var erasure = (await personalData.EraseAsync("person:ada", "the desk", "asked to", evenWithoutKey: true)).ShouldNotBeNull();

        (erasure.KeyId, erasure.By, erasure.KeysDestroyed).ShouldBe((Guid.Empty, "the desk", 0));
        (await personalData.EraseAsync("person:ada", "somebody else", "later", evenWithoutKey: true)).ShouldBe(erasure);
        (await personalData.EraseAsync("person:ada", "somebody else", "later")).ShouldBe(erasure);
        (await WasErasedAsync()).ShouldBeTrue();
        await WriteAsync(store, personalData, "ada", "new");
        (await personalData.EraseAsync("person:ada", "the desk", "again", evenWithoutKey: true)).ShouldNotBeNull().KeysDestroyed.ShouldBe(1);
        (await LogTypesAsync()).ShouldBe(["subject-erased-without-key.v1", "data-key-created.v1", "diary-written.v1", "personal-data-erased.v1"]);

        async Task<bool> WasErasedAsync() => (await store.ExecuteAsync(async unit =>
        {
            var key = await personalData.OpenAsync(unit, "person:ada");
            return unit.Decide(() => key.WasErased);
        })).Item1;
    }

    [Fact]
    public async Task What_comes_after_an_erasure_has_a_key_of_its_own()
    {
        var personalData = new PersonalData(store, new(Master));
        var old = await WriteAsync(store, personalData, "ada", "old");
        await personalData.EraseAsync("person:ada", "the desk", "asked to");

        var anew = await WriteAsync(store, personalData, "ada", "new");

        anew.Key.ShouldNotBe(old.Key);
        (await ReadPageAsync(store, personalData, "ada")).ShouldBe("new");
        (await personalData.RevealAsync(old, DiaryJson.Default.DiaryPage, "diary-ada", Page)).ShouldBeNull();
        (await personalData.EraseAsync("person:ada", "the desk", "again")).ShouldNotBeNull().KeysDestroyed.ShouldBe(2);
        (await ReadPageAsync(store, personalData, "ada")).ShouldBeNull();
    }

    [Fact]
    public async Task Many_at_once_share_one_key()
    {
        var personalData = new PersonalData(store, new(Master));

        var pages = await Task.WhenAll(Enumerable.Range(0, 32).Select(number => Task.Run(() => WriteAsync(store, personalData, "ada", $"page {number}", $"ada-{number}"))));

        pages.Select(page => page.Key).Distinct().Count().ShouldBe(1);
        (await KeysAsync()).ShouldHaveSingleItem();
        for (var number = 0; number < pages.Length; number++)
            (await ReadPageAsync(store, personalData, $"ada-{number}")).ShouldBe($"page {number}");
    }

    [Fact]
    public async Task A_key_whose_commit_failed_was_never_there()
    {
        var personalData = new PersonalData(store, new(Master));
        FailNextCommit();
        await Should.ThrowAsync<TimeoutException>(() => WriteAsync(store, personalData, "ada", "lost"));

        await WriteAsync(store, personalData, "ada", "kept");

        (await KeysAsync()).ShouldHaveSingleItem();
        await using var anew = await OpenStoreAsync(Open());
        (await ReadPageAsync(anew, new(anew, new(Master)), "ada")).ShouldBe("kept");
    }

    [Fact]
    public async Task Of_a_write_and_an_erasure_at_once_what_comes_later_in_the_log_counts()
    {
        await using var other = engine.IsShared ? await OpenStoreAsync(Open()) : null;
        var (here, there) = (new PersonalData(store, new(Master)), new PersonalData(other ?? store, new(Master)));
        for (var round = 0; round < 25; round++)
        {
            var id = $"ada-{round}";
            await WriteAsync(store, here, "ada", "first", id);
            var writing = Task.Run(() => WriteAsync(store, here, "ada", "second", id));
            var erasing = Task.Run(() => there.EraseAsync("person:ada", "the desk", $"round {round}"));
            await Task.WhenAll(writing, erasing);

            var log = await engine.ReadLogAsync(0, 1_000, default);
            var written = log.Last(recorded => recorded.Stream == $"diary-{id}").Position;
            var erased = log.Last(recorded => recorded.Type == "personal-data-erased.v1").Position;
            (await ReadPageAsync(store, here, id)).ShouldBe(written > erased ? "second" : null);
            (await ReadPageAsync(other ?? store, there, id)).ShouldBe(written > erased ? "second" : null);
        }
    }

    [Fact]
    public async Task An_erasure_is_obeyed_by_the_other_processes_at_once_and_their_memory_lets_go_of_the_key()
    {
        if (!engine.IsShared)
            return;
        engine.Silent = true;
        await using var other = await OpenStoreAsync(Open());
        var (here, there) = (new PersonalData(store, new(Master)), new PersonalData(other, new(Master)));
        for (var number = 0; number < 10; number++)
        {
            await WriteAsync(store, here, $"ada {number}", "secret");
            (await ReadPageAsync(other, there, $"ada {number}")).ShouldBe("secret");

            await here.EraseAsync($"person:ada {number}", "the desk", "asked to");

            (await ReadPageAsync(other, there, $"ada {number}")).ShouldBeNull();
        }

        await WriteAsync(store, here, "bob", "secret");
        (await ReadPageAsync(other, there, "bob")).ShouldBe("secret");
        there.CachedKeys.ShouldBe(1);
        await here.EraseAsync("person:bob", "the desk", "asked to");
        for (var i = 0; there.CachedKeys > 0 && i < 1_000; i++)
            await Task.Delay(10);
        there.CachedKeys.ShouldBe(0, "nobody asked for it any more, and it is gone all the same");
    }

    [Fact]
    public async Task What_was_moved_or_changed_does_not_open()
    {
        var personalData = new PersonalData(store, new(Master));
        var page = await WriteAsync(store, personalData, "ada", "secret");

        foreach (var (stream, field) in new[] { ("diary-bob", Page), ("diary-ada", "other") })
        {
            (await Should.ThrowAsync<InvalidOperationException>(async () => await personalData.RevealAsync(page, DiaryJson.Default.DiaryPage, stream, field)))
                .Message.ShouldContain($"{field} of {stream} does not open");
        }

        var changed = page with { Sealed = (page.Sealed[0] == 'A' ? 'B' : 'A') + page.Sealed[1..] };
        await Should.ThrowAsync<InvalidOperationException>(async () => await personalData.RevealAsync(changed, DiaryJson.Default.DiaryPage, "diary-ada", Page));
        (await personalData.RevealAsync(page with { Key = Guid.CreateVersion7() }, DiaryJson.Default.DiaryPage, "diary-ada", Page)).ShouldBeNull();
    }

    [Fact]
    public async Task Without_its_master_key_a_store_says_which_one_is_missing()
    {
        await WriteAsync(store, new(store, new(Master)), "ada", "secret");
        var personalData = new PersonalData(store, new(OtherMaster));

        (await personalData.FindMissingMasterKeysAsync()).ShouldBe([new MasterKeys(Master).CurrentId]);
        (await Should.ThrowAsync<InvalidOperationException>(() => ReadPageAsync(store, personalData, "ada"))).Message.ShouldContain(new MasterKeys(Master).CurrentId);
        (await personalData.EraseAsync("person:ada", "the desk", "erasing needs none")).ShouldNotBeNull();
        (await personalData.FindMissingMasterKeysAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Keys_are_wrapped_anew_under_another_master_key_and_what_was_erased_stays_erased()
    {
        var before = new PersonalData(store, new(Master));
        foreach (var id in new[] { "ada", "bob", "cyd" })
            await WriteAsync(store, before, id, $"I am {id}.");
        var oldKeys = await KeysAsync();
        await before.EraseAsync("person:bob", "the desk", "asked to");

        (await new PersonalData(store, new(OtherMaster, Master)).RewrapAsync()).ShouldBe(2);

        var after = new PersonalData(store, new(OtherMaster));
        (await after.FindMissingMasterKeysAsync()).ShouldBeEmpty();
        (await after.RewrapAsync()).ShouldBe(0);
        (await ReadPageAsync(store, after, "ada")).ShouldBe("I am ada.");
        (await ReadPageAsync(store, after, "bob")).ShouldBeNull();
        (await KeysAsync()).Select(row => row.Wrapped).Intersect(oldKeys.Select(row => row.Wrapped)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_key_that_is_destroyed_while_it_is_wrapped_anew_does_not_come_back()
    {
        var personalData = new PersonalData(store, new(Master));
        for (var round = 0; round < 20; round++)
        {
            var id = $"ada {round}";
            await WriteAsync(store, personalData, id, "secret");
            var rotating = new PersonalData(store, round % 2 == 0 ? new(OtherMaster, Master) : new(Master, OtherMaster));

            await Task.WhenAll(Task.Run(() => rotating.RewrapAsync()), Task.Run(() => personalData.EraseAsync($"person:{id}", "the desk", "asked to")));

            (await KeysAsync()).ShouldAllBe(row => row.MasterKeyId == new string('0', 16));
        }
    }

    private static async Task<Protected<DiaryPage>> WriteAsync(EventStore store, PersonalData personalData, string person, string text, string? diary = null)
    {
        var (page, _) = await store.ExecuteAsync(async unit =>
        {
            var key = await personalData.OpenAsync(unit, $"person:{person}");
            var handle = await unit.LoadAsync(Diary.Aggregate, diary ?? person);
            var page = key.Protect(new DiaryPage(text), DiaryJson.Default.DiaryPage, handle.Stream, Page);
            return unit.Decide(() =>
            {
                key.Use();
                handle.Append(new DiaryEvent.Written(page));
                return page;
            });
        });
        return page;
    }

    private static async Task<string?> ReadPageAsync(EventStore store, PersonalData personalData, string diary)
    {
        var (state, _) = await store.ReadAsync(Diary.Aggregate, diary);
        return (await personalData.RevealAsync(state.Last.ShouldNotBeNull(), DiaryJson.Default.DiaryPage, Diary.Aggregate.Stream(diary), Page))?.Text;
    }

    /// <summary>One page of each person.</summary>
    /// <returns>The wrapped keys by subject.</returns>
    private protected async Task<Dictionary<string, string>> WriteManyAsync(int people)
    {
        var personalData = new PersonalData(store, new(Master));
        for (var number = 0; number < people; number++)
            await WriteAsync(store, personalData, $"{number}", "secret");
        return (await KeysAsync()).ToDictionary(row => row.Subject, row => row.Wrapped);
    }

    private protected async Task<bool> EraseAsync(string subject) => (await Erasing.EraseAsync(store, subject, "the desk", "asked to"))!.Purged;

    private async Task<IReadOnlyList<DataKeyRow>> KeysAsync()
    {
        await using var models = engine.OpenReadModels();
        return await models.Query<DataKeyRow>().ToListAsync();
    }

    private async Task<string[]> LogTypesAsync() => [.. (await engine.ReadLogAsync(0, 1_000, default)).Select(recorded => recorded.Type)];
}
