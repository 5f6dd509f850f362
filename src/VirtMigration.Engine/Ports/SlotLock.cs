namespace VirtMigration.Ports;

/// <summary>What came of taking slot locks.</summary>
/// <param name="Held">Released by disposing it; null: somebody else holds one.</param>
/// <param name="Host">The host whose lock somebody else holds; null: all were taken.</param>
/// <param name="Holder">Who, in their own words; null: not known, or all were taken.</param>
public sealed record SlotLock(IAsyncDisposable? Held, string? Host, string? Holder);
