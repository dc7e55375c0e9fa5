using System.Text.Json.Serialization;
using Shop.EventSourcing.Protection;

namespace Shop.EventSourcing.Tests.Store;

public abstract record DiaryEvent
{
    public sealed record Written(Protected<DiaryPage> Page) : DiaryEvent;
}

public sealed record DiaryPage(string Text);

[JsonSerializable(typeof(DiaryEvent.Written))]
[JsonSerializable(typeof(Diary))]
[JsonSerializable(typeof(DiaryPage))]
internal sealed partial class DiaryJson : JsonSerializerContext;

/// <summary>Somebody's secrets.</summary>
public sealed record Diary(int Pages, Protected<DiaryPage>? Last)
{
    public static readonly Aggregate<Diary, DiaryEvent> Aggregate = new(
        "diary", new(0, null), (diary, @event) => new(diary.Pages + 1, ((DiaryEvent.Written)@event).Page),
        new EventTypes().Add("diary-written.v1", DiaryJson.Default.Written))
    {
        Snapshots = new(DiaryJson.Default.Diary, every: 2),
    };
}
