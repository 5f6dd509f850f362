namespace VirtMigration.Ports;

/// <summary>A migration that a host shows to be under way, whoever started it.</summary>
/// <param name="Host">The host that shows it.</param>
/// <param name="Vm">The VM's UUID.</param>
/// <param name="Name">The VM's name there.</param>
/// <param name="Direction">The host's side.</param>
/// <param name="Counters">The counters; only the source has them.</param>
public sealed record ActiveMigration(string Host, Guid Vm, string Name, MigrationDirection Direction, MigrationCounters? Counters)
{
    /// <summary>Whether the host says that it broke in post-copy.</summary>
    public bool Broken { get; init; }
}
