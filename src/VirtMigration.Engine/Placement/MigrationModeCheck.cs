using VirtMigration.Options;
using VirtMigration.Planning;

namespace VirtMigration.Placement;

/// <summary>Whether the VM may be migrated at all, and by whom.</summary>
public sealed class MigrationModeCheck : IDestinationCheck
{
    /// <inheritdoc/>
    public IEnumerable<DestinationFinding> Check(DestinationCandidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        EffectiveMigrationMode mode = EffectiveMigrationMode.Of(candidate.Definition, candidate.Cluster);
        return mode.Mode switch
        {
            MigrationMode.NotMigratable =>
            [
                candidate.Blocker(RequestRules.NotMigratable, "a VM that may be migrated", $"the VM's MigrationMode is NotMigratable: {mode.Reason()}", RequestRules.AllowMigration(candidate.Vm.Name)),
            ],
            MigrationMode.ManualOnly =>
            [
                candidate.Info("ManualOnly", "a person who asks for it", $"the VM's MigrationMode is ManualOnly: {mode.Reason()}",
                    $"Nothing, where you start it; to let automatic flows migrate it too: Set-VmMigrationOption {candidate.Vm.Name} -MigrationMode ManualAndAutomatic."),
            ],
            _ => [],
        };
    }
}
