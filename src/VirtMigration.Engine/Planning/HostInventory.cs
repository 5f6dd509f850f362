using VirtMigration.Inventory;

namespace VirtMigration.Planning;

/// <summary>A host as the planner sees it.</summary>
/// <param name="Registration">Its name and addresses.</param>
/// <param name="Facts">What it says about itself.</param>
public sealed record HostInventory(HostRegistration Registration, HostFacts Facts)
{
    /// <summary>The registered name.</summary>
    public string Name => Registration.Name;

    /// <summary>The speed of the host's migration link: as stated, else as its interface says; null: not known.</summary>
    public Units.Bandwidth? LinkSpeed =>
        Registration.LinkSpeed
        ?? (Registration.MigrationInterface is string name && Facts.LinkSpeeds.TryGetValue(name, out Units.Bandwidth speed) ? speed : null);
}
