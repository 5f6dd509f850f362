namespace VirtMigration.Execution;

/// <summary>Slot locks that were taken together, and how many starts share them.</summary>
/// <param name="hosts">The hosts.</param>
/// <param name="held">Releases them.</param>
/// <param name="since">When they were taken, by the clock's timestamp.</param>
internal sealed class LockHolding(IReadOnlyList<string> hosts, IAsyncDisposable held, long since)
{
    public IReadOnlyList<string> Hosts => hosts;

    public IAsyncDisposable Held => held;

    public long Since => since;

    /// <summary>How many starts still need them.</summary>
    public int Starts { get; set; }
}
