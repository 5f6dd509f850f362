using VirtMigration.Execution;
using VirtMigration.Native;
using VirtMigration.Ports;
using VirtMigration.State;

namespace VirtMigration.Cmdlets;

/// <summary>The one place where the parts are put together: once a process, shared by all its runspaces.</summary>
internal static class Session
{
    private static readonly LocalShells s_shells = new();

    /// <summary>The way to the hosts; it keeps their connections.</summary>
    public static IHypervisor Hypervisor { get; } = LibvirtHypervisor.Create();

    public static TimeProvider Clock => TimeProvider.System;

    /// <summary>Who works here, as <c>alice@ops1</c>.</summary>
    public static string Operator => $"{Environment.UserName}@{Environment.MachineName}";

    /// <summary>The registered hosts, in the folder that the environment names now.</summary>
    public static HostRegistry Registry => new(new ClusterFile(ClusterFile.DefaultFolder()));

    public static PolicyCatalog Policies => new(Registry.Store);

    public static OptionEditor Options => new(Hypervisor, Registry);

    public static AffinityCatalog AffinityGroups => new(Registry.Store);

    public static AffinityEditor AffinityEditor => new(Hypervisor, Registry);

    public static DestinationAssessor Assessor => new(Hypervisor, Registry);

    public static HostTester HostTester => new(Hypervisor, Registry, Clock, Environment.UserName);

    public static InventoryReader Inventory => new(Hypervisor, Registry);

    public static HostAdmission Registration => new(Hypervisor, Registry, Inventory);

    public static PlanMaker PlanMaker => new(Hypervisor, Registry, Operator);

    /// <summary>The runs that were recorded, in the same folder.</summary>
    public static IMigrationHistory History => new HistoryFile(ClusterFile.DefaultFolder());

    /// <summary>In whose hands migrations are, in the same folder.</summary>
    public static MigrationOwnership Ownership => new(new LeaseFolder(ClusterFile.DefaultFolder()), s_shells, Clock);

    /// <summary>Keeps the shells that share the folder from starting on one host in the same moment.</summary>
    public static ISlotLocks SlotLocks => new SlotFolder(ClusterFile.DefaultFolder());

    public static MigrationRunner Runner => new(Clock, History, Ownership);

    public static MigrationLister Lister => new(Hypervisor, Clock, Ownership);

    public static MigrationWatcher Watcher => new(Hypervisor, Lister, Clock);

    public static MigrationTakeOver TakeOver => new(Hypervisor, Registry, Ownership, Clock, History, Operator);

    public static MaintenanceLister MaintenanceLister => new(Hypervisor, Registry, Ownership);

    public static MaintenanceEnding MaintenanceEnding => new(Hypervisor, Registry, Ownership, Clock, Operator);

    /// <summary>What waits in the commands of this process.</summary>
    public static QueueRegistry Queues { get; } = new();

    public static HostEvacuation Evacuation => new(new(Hypervisor, Registry, Runner, SlotLocks, Ownership, Queues, History, Clock, Operator));

    public static MigrationStopper Stopper => new(Hypervisor, Registry, Queues);

    public static MigrationResumer Resumer => new(Hypervisor, Registry, History, Clock, Operator);

    public static MigrationAdjuster Adjuster => new(Hypervisor, Registry, Lister);
}
