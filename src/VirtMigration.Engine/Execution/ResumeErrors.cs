using VirtMigration.Inventory;
using VirtMigration.Planning;
using VirtMigration.Ports;
using VirtMigration.Readiness;
using VirtMigration.Units;

namespace VirtMigration.Execution;

/// <summary>Why a recovery is not begun, each with the way out.</summary>
internal static class ResumeErrors
{
    public static VirtMigrationException NotBroken(VirtualMachine vm, IReadOnlyList<VmObservation> said)
    {
        VmObservation? migrating = said.FirstOrDefault(one => one is { Active: true, JobRunning: true });
        VmObservation? active = said.FirstOrDefault(one => one.Active);
        string[] silent = [.. said.Where(one => !one.Answered).Select(one => one.Host)];
        string what = migrating is not null ? $"its migration from {migrating.Host} is not in post-copy, and the guest runs there"
            : active is not null ? $"{active}, and it is not being migrated"
            : "no host that answered runs it";
        return silent.Length > 0 && active is null
            ? new("MigrationNotBroken", $"VM '{vm.Name}' has no broken migration that could be resumed: {what}, and {string.Join(", ", silent)} did not answer.",
                $"See to it that {string.Join(", ", silent)} answers, then repeat.", vm.Name)
            : new("MigrationNotBroken", $"VM '{vm.Name}' has no broken migration that could be resumed: {what}.",
                migrating is not null ? $"Watch it: Watch-VmMigration {vm.Name}." : $"See where it is: Get-VM {vm.Name}.", vm.Name);
    }

    public static VirtMigrationException Flowing(VirtualMachine vm, PostCopySides sides, MigrationCounters counters)
    {
        string rate = counters.MemoryRate is Bandwidth flow ? $" at {flow}" : string.Empty;
        return new("MigrationNotBroken",
            $"The migration of VM '{vm.Name}' from {sides.Source!.Host} to {sides.Destination!.Host} is in post-copy and not broken: its memory arrives{rate}, {counters.MemoryRemaining} are left.",
            $"Let it finish: Watch-VmMigration {vm.Name}.", vm.Name);
    }

    public static VirtMigrationException GoesOn(MigrationPlan plan) => new(
        "MigrationNotBroken",
        $"The way from {plan.Source} to {plan.Destination} is open again, and the memory of VM '{plan.VM}' arrives again by itself: nothing has to be resumed, and nothing was touched.",
        $"Let it finish: Watch-VmMigration {plan.VM}.", plan.VM);

    public static VirtMigrationException Lost(VirtualMachine vm, VmObservation source, VmObservation destination) => new(
        LostGuest.ErrorId,
        $"Nothing of VM '{vm.Name}' can be resumed: {LostGuest.Cause(source, destination)} ({source}; {destination}).",
        LostGuest.Advice(vm.Name, source, destination), vm.Name);

    public static VirtMigrationException Unseen(VirtualMachine vm, PostCopySides sides, IReadOnlyList<VmObservation> said)
    {
        VmObservation seen = (sides.Source ?? sides.Destination)!;
        VmObservation? crashed = said.FirstOrDefault(one => one is { Present: true, Active: false, Reason: VmStateReason.Crashed });
        string perhaps = crashed is null ? string.Empty : $" ({crashed}: if it went there, the guest is lost)";
        return sides.Silent.Count > 0
            ? new("PostCopyHostSilent",
                $"VM '{vm.Name}' is split, and of its halves only that on {seen.Host} can be seen ({seen}): {string.Join("; ", sides.Silent)}.",
                $"Touch nothing. See to it that {string.Join(", ", sides.Silent.Select(one => one.Host))} answers, then repeat.", vm.Name)
            : new("PostCopyHostUnknown",
                $"VM '{vm.Name}' is split, and of its halves only that on {seen.Host} can be seen ({seen}); no other registered host runs it{perhaps}.",
                "Touch nothing. If it went to a host that is not registered, register that (Register-VmHost), then repeat.", vm.Name);
    }

    public static VirtMigrationException TooOld(VirtualMachine vm, string missing) => new(
        "PostCopyRecoveryUnavailable", $"The post-copy migration of VM '{vm.Name}' cannot be recovered by libvirt: {missing}.",
        "Touch neither half. If it only stands, it goes on by itself once the network is back.", vm.Name);

    public static VirtMigrationException Crashes(VirtualMachine vm, HostInventory host, Version present) => new(
        KnownDefects.RecoveryCrashes.Id,
        $"The post-copy migration of VM '{vm.Name}' is not recovered: {host.Name} has libvirt {present}, and {KnownDefects.RecoveryCrashes.What}.",
        $"Touch neither half. Update libvirt on {host.Name} first: its QEMUs run on while the daemon is replaced. -Force does it all the same.", vm.Name);

    public static VirtMigrationException WayClosed(MigrationPlan plan, HostProbe probe) => new(
        "PostCopyWayClosed",
        probe.Obstacle == ProbeObstacle.Login
            ? $"The post-copy migration of VM '{plan.VM}' cannot be recovered now: the daemon of {plan.Source} does not reach that of {plan.Destination} at {probe.PeerUri}: {probe.Error}"
            : $"The post-copy migration of VM '{plan.VM}' cannot be recovered now: no memory gets from {plan.Source} to {plan.Destination}: {probe.Error}",
        $"Nothing was touched, and both halves are kept. See to the network between {plan.Source} and {plan.Destination} (Test-VmHost {plan.Source} -Peer {plan.Destination} -Probe), then repeat: Resume-VmMigration {plan.VM}.", plan.VM);

    public static VirtMigrationException Hangs(MigrationPlan plan, bool broken) => new(
        "PostCopyDestinationHangs",
        $"The post-copy migration of VM '{plan.VM}' cannot be recovered now: the QEMU on {plan.Destination} waits for memory that is still on {plan.Source}, and answers its daemon no more, which a recovery needs.",
        broken ? $"Touch neither half, and repeat later: Resume-VmMigration {plan.VM}. While {plan.Destination}'s QEMU does not answer, libvirt has no way to recover it."
            : $"Nothing was touched: as long as its connection is not given up, the migration goes on by itself, within some two minutes of the network being back. Watch it: Watch-VmMigration {plan.VM}.", plan.VM);

    public static VirtMigrationException NotNoticed(MigrationPlan plan, VmObservation source, VmObservation destination) => new(
        "PostCopyNotNoticed",
        $"The post-copy migration of VM '{plan.VM}' cannot be recovered yet: not both hosts have noticed that its connection broke ({source}; {destination}).",
        $"Both halves are kept; touch neither. The network between {plan.Source} and {plan.Destination} must be there for it; then repeat: Resume-VmMigration {plan.VM}.", plan.VM);
}
