namespace Shop.Storefront.Display;

/// <summary>
/// What a page has loaded of a long list, a part at a time. The last request wins: what an earlier one brings is dropped, so that a
/// second click adds nothing twice, and what is no longer looked for is not shown. For one page, whose calls take turns.
/// </summary>
/// <typeparam name="T">What is listed.</typeparam>
/// <typeparam name="TPlace">Where a part begins, nullable: null asks for the first one, and as an answer says that there is no next one.</typeparam>
/// <param name="load">Loads the part from a place on.</param>
public sealed class PagedList<T, TPlace>(Func<TPlace?, Task<(IReadOnlyList<T> Items, TPlace? Next)>> load)
{
    private readonly List<T> items = [];
    private TPlace? next;
    private int turn;

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

    /// <summary>Loads the first part; until it comes, what is shown stays.</summary>
    /// <returns>False: something else is asked for by now.</returns>
    public Task<bool> RestartAsync() => LoadAsync(default, isFirst: true);

    /// <summary>Adds the next part, or the first one when nothing was loaded.</summary>
    /// <inheritdoc cref="RestartAsync"/>
    public Task<bool> MoreAsync() => LoadAsync(next, isFirst: !IsLoaded);

    /// <summary>Loads what is shown anew, without being in the way of what the reader asks for meanwhile.</summary>
    /// <param name="loadAnew">Given how many are shown.</param>
    public async Task RefreshAsync(Func<int, Task<(IReadOnlyList<T> Items, TPlace? Next)>> loadAnew)
    {
        var mine = turn;
        var part = await loadAnew(items.Count);
        if (mine == turn)
            Show(part, isFirst: true);
    }

    public void RemoveAll(Predicate<T> isGone) => items.RemoveAll(isGone);

    private async Task<bool> LoadAsync(TPlace? place, bool isFirst)
    {
        var mine = ++turn;
        var part = await load(place);
        if (mine != turn)
            return false;
        // A refresh that began before this has less to show.
        turn++;
        Show(part, isFirst);
        return true;
    }

    private void Show((IReadOnlyList<T> Items, TPlace? Next) part, bool isFirst)
    {
        if (isFirst)
            items.Clear();
        items.AddRange(part.Items);
        (next, IsLoaded) = (part.Next, true);
    }
}
