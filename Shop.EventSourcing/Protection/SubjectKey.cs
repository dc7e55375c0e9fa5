using System.Text.Json.Serialization.Metadata;

namespace Shop.EventSourcing.Protection;

/// <summary>The key of one data subject in one unit of work, which may have to make it first. From <see cref="PersonalData.OpenAsync"/>.</summary>
public sealed class SubjectKey
{
    private readonly UnitOfWork unit;
    private readonly StreamHandle<DataSubject, DataSubjectEvent> subject;
    private readonly PersonalData owner;
    private readonly DataKey key;
    private readonly bool isNew;

    internal SubjectKey(PersonalData owner, UnitOfWork unit, StreamHandle<DataSubject, DataSubjectEvent> subject, DataKey key, bool isNew)
    {
        this.owner = owner;
        this.unit = unit;
        this.subject = subject;
        this.key = key;
        this.isNew = isNew;
    }

    /// <summary>Whether the subject was erased before, and this is data that comes after it. To be asked inside a <see cref="UnitOfWork.Decide{T}"/>.</summary>
    public bool WasErased => subject.State.LastErasure is not null;

    /// <summary>Seals a value. It can be opened under this stream and field only.</summary>
    /// <param name="field">Name of the member that will hold it.</param>
    public Protected<T> Protect<T>(T value, JsonTypeInfo<T> json, string stream, string field) where T : class => key.Seal(value, json, stream, field);

    /// <summary>
    /// To be called inside the <see cref="UnitOfWork.Decide{T}"/> that appends what was protected: a new key becomes durable with it,
    /// and when the key was destroyed meanwhile, the unit of work conflicts.
    /// </summary>
    public void Use()
    {
        if (!isNew || subject.State.Key is not null)
            return;
        subject.Append(new DataSubjectEvent.KeyCreated(key.Id, key.CreatedAt));
        unit.Write(owner.Keep(key));
    }
}
