using VirtMigration.Inventory;

namespace VirtMigration.Execution;

/// <summary>A way that is to be looked at.</summary>
/// <param name="Source">The host that sends.</param>
/// <param name="Destination">The host that receives.</param>
public sealed record HostTestPair(HostRegistration Source, HostRegistration Destination)
{
    /// <summary>In words: <c>h1 -&gt; h2</c>.</summary>
    public override string ToString() => $"{Source.Name} -> {Destination.Name}";
}
