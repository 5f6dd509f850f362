using VirtMigration.Options;
using VirtMigration.Planning;

namespace VirtMigration.Evacuation;

/// <summary>Which VMs are not moved at all, whatever hosts there are.</summary>
internal static class StayRules
{
    /// <summary>Why a VM stays; null: it may leave.</summary>
    public static UnmovableVm? Of(EvacuationGuest guest, EvacuationSituation situation)
    {
        string name = guest.Vm.Name;
        if (guest.UnderWay is string underWay)
        {
            return Stays(guest, "MigrationAlreadyRunning", $"a migration is under way with it ({underWay})", $"Wait until it ends, or stop it: Stop-VmMigration {name}. Then run this again.");
        }

        EffectiveMigrationMode mode = EffectiveMigrationMode.Of(guest.Definition, situation.Cluster);
        return mode.Mode == MigrationMode.NotMigratable
            ? Stays(guest, RequestRules.NotMigratable, $"it may not be migrated: its MigrationMode is NotMigratable ({mode.Reason()})", RequestRules.AllowMigration(name))
            : situation.Automatic && guest.Definition.Options.Problem is string problem
                ? Stays(guest, "VmOptionsUnreadable", $"what it states for its migrations cannot be read, and nobody is asked: {problem.TrimEnd('.')}",
                    $"See: Get-VmMigrationOption {name}. Then set it anew: Set-VmMigrationOption {name}.")
                : mode.Mode == MigrationMode.ManualOnly && (situation.Automatic || situation.ManualDeclined)
                    ? Stays(guest, "ManualOnlySkipped",
                        $"only a person may migrate it ({mode.Reason()}), and {(situation.Automatic ? "nobody asked in person" : "nobody said that it may")}",
                        $"Migrate it yourself: Start-VmLiveMigration {name}. To let automatic flows do so: Set-VmMigrationOption {name} -MigrationMode ManualAndAutomatic.")
                    : null;
    }

    private static UnmovableVm Stays(EvacuationGuest guest, string id, string reason, string action) =>
        new() { VM = guest.Vm.Name, Uuid = guest.Vm.Uuid, ErrorId = id, Reason = reason, RecommendedAction = action };
}
