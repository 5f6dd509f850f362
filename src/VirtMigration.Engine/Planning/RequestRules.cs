using VirtMigration.Inventory;
using VirtMigration.Units;

namespace VirtMigration.Planning;

/// <summary>What makes a request impossible, whatever the settings.</summary>
internal static class RequestRules
{
    // QEMU refuses a downtime-limit above 2,000,000 ms (migration/options.c, MAX_MIGRATE_DOWNTIME).
    private static readonly TimeSpan s_longestDowntime = TimeSpan.FromSeconds(2000);

    /// <summary>Throws for the first rule that a request breaks.</summary>
    public static void Check(MigrationRequest request)
    {
        VmMustRun(request.Vm);
        HostsMustDiffer(request);
        AttachedIsPreCopyOnly(request);
        DowntimeMustBeInRange(request);
    }

    /// <summary>Throws for a VM that neither runs nor is paused.</summary>
    public static void VmMustRun(VirtualMachine vm)
    {
        if (vm.State is VmPowerState.Running or VmPowerState.Blocked or VmPowerState.Paused)
        {
            return;
        }

        bool off = vm.State is VmPowerState.ShutOff or VmPowerState.Crashed;
        throw new VirtMigrationException(
            "VmNotRunning",
            $"VM '{vm.Name}' on {vm.Host} is {vm.State}: only a running or paused VM can be migrated live.",
            off
                ? $"Start it first, or move its definition alone: virsh -c <uri of {vm.Host}> migrate --offline --persistent --undefinesource {vm.Name} <uri of the destination>."
                : "Wait until it runs, then try again.",
            vm.Name);
    }

    private static void HostsMustDiffer(MigrationRequest request)
    {
        if (request.Source.Facts.Uuid != request.Destination.Facts.Uuid)
        {
            return;
        }

        bool sameName = request.Source.Name.Equals(request.Destination.Name, StringComparison.OrdinalIgnoreCase);
        throw new VirtMigrationException(
            "DestinationIsSource",
            sameName
                ? $"VM '{request.Vm.Name}' already is on {request.Destination.Name}."
                : $"{request.Source.Name} and {request.Destination.Name} are the same host: both have the UUID {request.Source.Facts.Uuid}.",
            "Name another host as the destination, or leave -Destination out.",
            request.Vm.Name);
    }

    private static void AttachedIsPreCopyOnly(MigrationRequest request)
    {
        if (request.Attached && request.Policy?.SchedulesPostCopy() == true)
        {
            throw new VirtMigrationException(
                "AttachedPostCopy",
                $"Policy {request.Policy.Name} can switch to post-copy, and an attached migration must not: if this shell died in post-copy, VM '{request.Vm.Name}' would be lost.",
                "Leave -Attached out, or choose a policy without post-copy.",
                request.Vm.Name);
        }
    }

    private static void DowntimeMustBeInRange(MigrationRequest request)
    {
        if (request.MaxDowntime is TimeSpan downtime && (downtime < TimeSpan.FromMilliseconds(1) || downtime > s_longestDowntime))
        {
            throw new VirtMigrationException(
                "DowntimeOutOfRange",
                $"A downtime of {DurationText.Format(downtime)} is out of QEMU's range of 1 ms to 2000 s.",
                "State a downtime within the range, for example 500ms.",
                request.Vm.Name);
        }
    }
}
