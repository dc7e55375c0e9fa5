using Shop.Storefront.Display;

namespace Shop.Host.Tests.Site;

public sealed class PagedListTests
{
    private const int PageSize = 3;
    private const int Count = 8;

    private readonly List<TaskCompletionSource> asked = [];
    private readonly PagedList<int, int?> list;
    private bool holds;
    private int first = 1;

    public PagedListTests() => list = new(place => LoadAsync(place, PageSize));

    [Fact]
    public async Task Parts_follow_one_another_up_to_the_last()
    {
        (list.IsLoaded, list.HasMore).ShouldBe((false, false));
        for (var part = 0; part < 3; part++)
            (await list.MoreAsync()).ShouldBeTrue();

        list.Items.ShouldBe([1, 2, 3, 4, 5, 6, 7, 8]);
        (list.IsLoaded, list.HasMore).ShouldBe((true, false));
    }

    [Fact]
    public async Task A_second_click_adds_nothing_twice()
    {
        await list.RestartAsync();
        holds = true;
        var (once, twice) = (list.MoreAsync(), list.MoreAsync());
        Answer(1);
        Answer(0);

        (await once, await twice).ShouldBe((false, true));
        list.Items.ShouldBe([1, 2, 3, 4, 5, 6]);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    public async Task What_is_no_longer_looked_for_is_not_shown(int answeredFirst, int answeredLast)
    {
        await list.RestartAsync();
        holds = true;
        var more = list.MoreAsync();
        first = 101;
        var other = list.RestartAsync();
        list.Items.ShouldBe([1, 2, 3], "what is shown stays until there is something else");
        Answer(answeredFirst);
        Answer(answeredLast);

        (await more, await other).ShouldBe((false, true));
        list.Items.ShouldBe([101, 102, 103]);
    }

    [Fact]
    public async Task What_was_emptied_stays_empty_when_something_comes_late()
    {
        holds = true;
        var late = list.RestartAsync();
        list.Clear();
        Answer(0);

        (await late).ShouldBeFalse();
        (list.Items.Count, list.IsLoaded, list.HasMore).ShouldBe((0, false, false));
    }

    [Fact]
    public async Task A_refresh_shows_as_many_anew()
    {
        await list.MoreAsync();
        await list.MoreAsync();
        first = 11;

        await list.RefreshAsync(shown => LoadAsync(null, shown));

        list.Items.ShouldBe([11, 12, 13, 14, 15, 16]);
        list.HasMore.ShouldBeTrue();
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    public async Task A_refresh_is_not_in_the_way_of_more(int answeredFirst, int answeredLast)
    {
        await list.RestartAsync();
        holds = true;
        var more = list.MoreAsync();
        var refresh = list.RefreshAsync(shown => LoadAsync(null, shown));
        Answer(answeredFirst);
        Answer(answeredLast);
        await refresh;

        (await more).ShouldBeTrue();
        list.Items.ShouldBe([1, 2, 3, 4, 5, 6]);
    }

    [Fact]
    public async Task A_part_that_cannot_be_loaded_changes_nothing_and_can_be_asked_for_again()
    {
        await list.RestartAsync();
        holds = true;
        var failing = list.MoreAsync();
        asked[0].SetException(new TimeoutException("broken on purpose"));
        await Should.ThrowAsync<TimeoutException>(() => failing);
        list.Items.ShouldBe([1, 2, 3]);
        holds = false;

        await list.MoreAsync();

        list.Items.ShouldBe([1, 2, 3, 4, 5, 6]);
    }

    [Fact]
    public async Task What_is_gone_is_taken_out()
    {
        await list.RestartAsync();
        list.RemoveAll(item => item == 2);
        await list.MoreAsync();

        list.Items.ShouldBe([1, 3, 4, 5, 6]);
    }

    private void Answer(int request) => asked[request].SetResult();

    /// <returns>Numbers from <see cref="first"/> on, as they are when it is asked.</returns>
    private async Task<(IReadOnlyList<int> Items, int? Next)> LoadAsync(int? place, int limit)
    {
        var (from, end) = (first + (place ?? 0), first + Count);
        var answer = Enumerable.Range(from, Math.Min(limit, end - from)).ToArray();
        if (holds)
        {
            var answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            asked.Add(answered);
            await answered.Task;
        }

        var next = from - first + answer.Length;
        return (answer, next < Count ? next : null);
    }
}
