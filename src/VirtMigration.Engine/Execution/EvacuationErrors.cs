using VirtMigration.Evacuation;
using VirtMigration.Inventory;
using VirtMigration.Ports;

namespace VirtMigration.Execution;

/// <summary>The errors of evacuations that are met before anything is touched.</summary>
public static class EvacuationErrors
{
    internal static VirtMigrationException LastHost(HostRegistration host, IReadOnlyList<string> alsoLeaving)
    {
        string[] others = [.. alsoLeaving.Where(name => !name.Equals(host.Name, StringComparison.OrdinalIgnoreCase))];
        return others.Length == 0
            ? new("LastHostOfCluster", $"{host.Name} is the only host of cluster '{host.Cluster}', so its VMs have nowhere to go.",
                "Register a second host: Register-VmHost; or name one of another cluster: -Destination.", host.Name)
            : new("LastHostOfCluster", $"{EvacuationText.List([host.Name, .. others], int.MaxValue - 1)} are all hosts of cluster '{host.Cluster}', so their VMs have nowhere to go.",
                "Leave one of them out; or name hosts of another cluster: -Destination.", host.Name);
    }

    internal static VirtMigrationException DestinationIsSource(HostRegistration host) => new(
        "DestinationIsSource", $"{host.Name} is the host that is to be emptied, and cannot take its own VMs.", "Name other hosts, or leave -Destination out.", host.Name);

    internal static VirtMigrationException NoSavedPlan(string host) => new(
        "EvacuationPlanMissing", $"No plan is saved for {host}.", $"Make one: Start-VmHostMaintenance {host} -PlanOnly.", host);

    internal static VirtMigrationException Held(string host, MigrationLease? other, Exception error) => new(
        "HostMaintenanceHeld",
        other is null ? $"{host} is being emptied by another shell." : $"{host} is being emptied by {other}, since {MigrationOwnership.Moment(other.TakenAt)}.",
        $"See how far it is: Get-VmHostMaintenance {host}. When that process has ended, this command goes on with what is left.", host, error);

    /// <summary>The one error of an evacuation that is not done: after all VMs were dealt with.</summary>
    /// <param name="host">The host.</param>
    /// <param name="vms">What became of each VM.</param>
    public static VirtMigrationException Incomplete(string host, IReadOnlyCollection<EvacuatedVm> vms)
    {
        ArgumentNullException.ThrowIfNull(vms);
        EvacuatedVm[] open = [.. vms.Where(vm => vm.Outcome is not (EvacuationOutcome.Moved or EvacuationOutcome.Gone))];
        string[] left = [.. open.Where(vm => vm.Outcome == EvacuationOutcome.Left).Select(vm => vm.VM)];
        string[] others = [.. open.Where(vm => vm.Outcome != EvacuationOutcome.Left).Select(vm => vm.VM)];
        string still = left.Length == 0 ? string.Empty : $"{left.Length} of {vms.Count} VMs {(left.Length == 1 ? "is" : "are")} still on it ({string.Join(", ", left)})";
        string unsettled = others.Length == 0 ? string.Empty : $"{string.Join(", ", others)} {(others.Length == 1 ? "is" : "are")} under way or uncertain";
        return new("EvacuationIncomplete",
            $"Host {host} is not empty: {string.Join("; ", ((string[])[still, unsettled]).Where(part => part.Length > 0))}. It takes no VMs meanwhile.",
            $"Why: Get-VmHostMaintenance {host} | Format-List. Then run the command again, or let the host take VMs again: Stop-VmHostMaintenance {host}.",
            host);
    }

    internal static VmLeftOver Leftover(EvacuatedVm vm) => new(vm.VM, vm.Uuid, vm.ErrorId ?? "MigrationNotStarted", vm.Error ?? "It was not moved.", vm.RecommendedAction ?? string.Empty);

    internal static EvacuatedVm Unmoved(UnmovableVm vm, string host) => new()
    {
        VM = vm.VM,
        Uuid = vm.Uuid,
        Source = host,
        Outcome = EvacuationOutcome.Left,
        Host = host,
        ErrorId = vm.ErrorId,
        Error = $"VM '{vm.VM}' stays on {host}: {vm.Reason.TrimEnd('.')}.",
        RecommendedAction = vm.RecommendedAction,
    };
}
