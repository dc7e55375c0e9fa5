namespace Shop.EventSourcing.Protection;

/// <summary>
/// Personal data as it is stored: sealed under the key of its data subject, bound to the place that it was written for. Events,
/// states, snapshots and rows hold it like any other value, and need no key to be written, folded, compared or verified; once the
/// key is destroyed, nobody reads it any more.
/// </summary>
/// <typeparam name="T">What is inside.</typeparam>
/// <param name="Key">Id of the key.</param>
/// <param name="Sealed">Base64url of nonce, ciphertext and tag (AES-256-GCM) over the value's JSON.</param>
public sealed record Protected<T>(Guid Key, string Sealed) where T : class;
