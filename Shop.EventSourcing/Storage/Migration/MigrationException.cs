namespace Shop.EventSourcing.Storage.Migration;

/// <summary>A store cannot be moved as asked; the message is for a person and says what to do.</summary>
public sealed class MigrationException(string message, Exception? inner = null) : Exception(message, inner);
