using VirtMigration.Inventory;
using VirtMigration.Options;

namespace VirtMigration.Planning;

/// <summary>What makes a request impossible, whatever the settings.</summary>
internal static class RequestRules
{
    /// <summary>The identifier of the refusal of a VM that may not be migrated.</summary>
    public const string NotMigratable = "VmNotMigratable";

    /// <summary>Throws for the first rule that a request breaks.</summary>
    public static void Check(MigrationRequest request)
    {
        VmMustRun(request.Vm);
        VmMustBeMigratable(request.Vm, request.Definition, request.Cluster);
        HostsMustDiffer(request);
        TransportMustBeKnown(request);
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

    /// <summary>Throws for a VM that nobody may migrate.</summary>
    public static void VmMustBeMigratable(VirtualMachine vm, VmDefinition definition, ClusterMigrationOptions cluster)
    {
        EffectiveMigrationMode mode = EffectiveMigrationMode.Of(definition, cluster);
        if (mode.Mode == MigrationMode.NotMigratable)
        {
            throw new VirtMigrationException(NotMigratable, $"VM '{vm.Name}' on {vm.Host} may not be migrated: its MigrationMode is NotMigratable ({mode.Reason()}).",
                AllowMigration(vm.Name), vm.Name);
        }
    }

    /// <summary>The way out where a VM may not be migrated.</summary>
    public static string AllowMigration(string vm) => $"Allow it first: Set-VmMigrationOption {vm} -MigrationMode ManualOnly.";

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

    private static void TransportMustBeKnown(MigrationRequest request)
    {
        string? reason = request.Parameters.Transport switch
        {
            MigrationTransport.Tunnelled => "A tunnelled migration copies all memory through both daemons, excludes post-copy and parallel connections, and its encrypted form fails or crashes the daemon.",
            MigrationTransport.Rdma => "RDMA excludes parallel connections and zero-copy, needs all guest memory pinned, and was no faster at 10 Gbps in the QEMU guestperf study of 2016.",
            _ => null,
        };
        if (reason is not null)
        {
            throw new VirtMigrationException("TransportRefused", $"VM '{request.Vm.Name}' is not migrated {(request.Parameters.Transport == MigrationTransport.Rdma ? "over RDMA" : "tunnelled")}. {reason}",
                "Leave it out; -Encryption $true keeps memory from being read on its way, and -Policy VeryLarge is the fast way.", request.Vm.Name);
        }
    }
}
