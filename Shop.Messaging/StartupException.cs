namespace Shop.Messaging;

/// <summary>A service cannot start as it is set up; the message says what to do and names the setting.</summary>
public sealed class StartupException(string message, Exception? cause = null) : InvalidOperationException(message, cause);
