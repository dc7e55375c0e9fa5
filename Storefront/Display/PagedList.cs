namespace Shop.Storefront.Display;

/// <summary>
/// What a page has loaded of a long list, a part at a time. The last request wins: what an earlier one brings is dropped, so that a
/// second click adds nothing twice, and what is no longer looked for is not shown. For one page, whose calls take turns.
/// </summary>
/// <typeparam name="T">What is listed.</typeparam>
/// <typeparam name="TPlace">Where a part begins, nullable: null asks for the first one, and as an answer says that there is no next one.</typeparam>
/// <param name="key">Tells an item from all others: one that has moved in the list is shown once.</param>
/// <param name="pageSize">Items of one part.</param>
/// <param name="load">Loads at most so many from a place on.</param>
public sealed class PagedList<T, TPlace>(Func<T, object> key, int pageSize, Func<TPlace?, int, Task<(IReadOnlyList<T> Items, TPlace? Next)>> load)
{
    /// <summary>What services answer at once.</summary>
    private const int MostAtOnce = 500;

    private readonly List<T> items = [];
    private TPlace? next;
    private int turn;
    private int underWay;

    public IReadOnlyList<T> Items => items;

    /// <summary>The first part came, if only with nothing.</summary>
    public bool IsLoaded { get; private set; }

    public bool HasMore => next is not null;

    /// <summary>Nothing is shown, also of what is under way.</summary>
    public void Clear()
    {
        turn++;
        items.Clear();
        (next, IsLoaded) = (default, false);
    }

    /// <summary>Loads the first part of what is looked for now; until it comes, what is shown stays, and nothing is added to it.</summary>
    public Task RestartAsync()
    {
        next = default;
        return LoadAsync(default, isFirst: true);
    }

    /// <summary>Adds the next part, if there is one; or loads the first one when nothing was loaded.</summary>
    public Task MoreAsync() => HasMore ? LoadAsync(next, isFirst: false) : IsLoaded ? Task.CompletedTask : RestartAsync();

    /// <summary>Loads as many as are shown anew, unless the reader asks for something meanwhile or they are too many for that.</summary>
    public async Task RefreshAsync()
    {
        if (underWay > 0 || items.Count > MostAtOnce)
            return;
        var mine = turn;
        var part = await load(default, Math.Max(items.Count, pageSize));
        if (mine == turn)
            Show(part, isFirst: true);
    }

    public void RemoveAll(Predicate<T> isGone) => items.RemoveAll(isGone);

    private async Task LoadAsync(TPlace? place, bool isFirst)
    {
        var mine = ++turn;
        underWay++;
        try
        {
            var part = await load(place, pageSize);
            if (mine == turn)
                Show(part, isFirst);
        }
        finally
        {
            underWay--;
        }
    }

    private void Show((IReadOnlyList<T> Items, TPlace? Next) part, bool isFirst)
    {
        if (isFirst)
            items.Clear();
        var keys = part.Items.Select(key).ToHashSet();
        items.RemoveAll(known => keys.Contains(key(known)));
        items.AddRange(part.Items);
        (next, IsLoaded) = (part.Next, true);
    }
}
