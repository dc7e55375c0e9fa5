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

    public PagedListTests() => list = new(item => item, PageSize, LoadAsync);

    [Fact]
    public async Task Parts_follow_one_another_up_to_the_last_and_a_click_that_comes_late_adds_nothing()
    {
        (list.IsLoaded, list.HasMore).ShouldBe((false, false));
        for (var part = 0; part < 4; part++)
            await list.MoreAsync();

        list.Items.ShouldBe([1, 2, 3, 4, 5, 6, 7, 8]);
        (list.IsLoaded, list.HasMore).ShouldBe((true, false));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    public async Task A_second_click_adds_nothing_twice(int answeredFirst, int answeredLast)
    {
        await list.RestartAsync();
        holds = true;
        Task[] clicks = [list.MoreAsync(), list.MoreAsync()];
        await AnswerAsync(clicks, answeredFirst, answeredLast);

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
        await AnswerAsync([more, other], answeredFirst, answeredLast);

        list.Items.ShouldBe([101, 102, 103]);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    public async Task To_what_is_looked_for_now_nothing_is_added_from_where_the_old_list_ended(int answeredFirst, int answeredLast)
    {
        await list.RestartAsync();
        holds = true;
        first = 101;
        Task[] requests = [list.RestartAsync(), list.MoreAsync()];
        await AnswerAsync(requests, answeredFirst, answeredLast);

        list.Items.ShouldBe([101, 102, 103]);
    }

    [Fact]
    public async Task When_what_is_looked_for_now_cannot_be_loaded_nothing_is_added_to_the_old_list()
    {
        await list.RestartAsync();
        first = 101;
        await FailAsync(list.RestartAsync);

        list.HasMore.ShouldBeFalse();
        await list.MoreAsync();
        list.Items.ShouldBe([1, 2, 3]);
        await list.RestartAsync();
        list.Items.ShouldBe([101, 102, 103]);
    }

    [Fact]
    public async Task What_was_emptied_stays_empty_when_something_comes_late()
    {
        holds = true;
        var late = list.RestartAsync();
        list.Clear();
        await AnswerAsync([late], 0);

        (list.Items.Count, list.IsLoaded, list.HasMore).ShouldBe((0, false, false));
    }

    [Fact]
    public async Task A_refresh_shows_as_many_anew()
    {
        await list.MoreAsync();
        await list.MoreAsync();
        first = 11;

        await list.RefreshAsync();

        list.Items.ShouldBe([11, 12, 13, 14, 15, 16]);
        list.HasMore.ShouldBeTrue();
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    public async Task A_refresh_is_not_in_the_way_of_more_that_is_asked_for_after_it(int answeredFirst, int answeredLast)
    {
        await list.RestartAsync();
        holds = true;
        first = 2;
        Task[] requests = [list.RefreshAsync(), list.MoreAsync()];
        await AnswerAsync(requests, answeredFirst, answeredLast);

        list.Items.ShouldBe([1, 2, 3, 5, 6, 7]);
    }

    [Fact]
    public async Task There_is_no_refresh_while_more_is_under_way()
    {
        await list.RestartAsync();
        holds = true;
        var more = list.MoreAsync();

        await list.RefreshAsync();
        await AnswerAsync([more], 0);

        asked.Count.ShouldBe(1);
        list.Items.ShouldBe([1, 2, 3, 4, 5, 6]);
        holds = false;
        first = 11;
        await list.RefreshAsync();
        list.Items.ShouldBe([11, 12, 13, 14, 15, 16]);
    }

    [Fact]
    public async Task What_has_moved_in_the_list_is_shown_once()
    {
        await list.RestartAsync();
        first = 0;
        await list.MoreAsync();

        list.Items.ShouldBe([1, 2, 3, 4, 5]);
    }

    [Fact]
    public async Task A_part_that_cannot_be_loaded_changes_nothing_and_can_be_asked_for_again()
    {
        await list.RestartAsync();
        await FailAsync(list.MoreAsync);
        list.Items.ShouldBe([1, 2, 3]);

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

    private async Task FailAsync(Func<Task> request)
    {
        holds = true;
        var failing = request();
        asked[^1].SetException(new TimeoutException("broken on purpose"));
        await Should.ThrowAsync<TimeoutException>(() => failing);
        holds = false;
    }

    /// <summary>Answers the held requests in this order; those that were not sent need no answer.</summary>
    private async Task AnswerAsync(Task[] requests, params int[] order)
    {
        foreach (var request in order.Where(request => request < asked.Count))
        {
            asked[request].SetResult();
            await requests[request].WaitAsync(TimeSpan.FromMinutes(1));
        }
    }

    /// <returns>Numbers from <see cref="first"/> on, as they are when it is asked.</returns>
    private async Task<(IReadOnlyList<int> Items, int? Next)> LoadAsync(int? place, int limit)
    {
        var (begin, from, end) = (first, first + (place ?? 0), first + Count);
        var answer = Enumerable.Range(from, Math.Min(limit, end - from)).ToArray();
        if (holds)
        {
            var answered = new TaskCompletionSource();
            asked.Add(answered);
            await answered.Task;
        }

        var next = from - begin + answer.Length;
        return (answer, next < Count ? next : null);
    }
}
