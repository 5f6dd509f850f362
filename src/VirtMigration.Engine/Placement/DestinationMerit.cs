namespace VirtMigration.Placement;

/// <summary>How well a host suits a VM in one respect.</summary>
/// <param name="Id">Stable identifier of the respect.</param>
/// <param name="Points">0 to 100, higher is better.</param>
/// <param name="Share">How much it counts, in parts of the whole; 0: it has nothing to say, and is left out.</param>
/// <param name="Reason">Why.</param>
public sealed record DestinationMerit(string Id, int Points, int Share, string Reason)
{
    /// <summary>In words: <c>Memory 42: 12 GiB of 32 GiB left</c>.</summary>
    public override string ToString() => $"{Id} {Points}: {Reason}";
}
