using VirtMigration.Inventory;
using VirtMigration.Options;
using VirtMigration.Placement;
using VirtMigration.Planning;
using VirtMigration.Units;

namespace VirtMigration.Ports;

/// <summary>One host. Every call that fails throws <see cref="HypervisorException"/>; every call but <see cref="MigrateAsync"/>
/// and <see cref="MigrateDefinitionAsync"/> is bounded in time. Cancelling a token gives up waiting and harms nothing.</summary>
public interface IHypervisorHost
{
    /// <summary>The host's name and addresses.</summary>
    HostRegistration Registration { get; }

    /// <summary>What the host says about itself; the parts that cannot change while its daemon runs may be remembered.</summary>
    /// <param name="cancellationToken">Gives up waiting.</param>
    Task<HostFacts> GetFactsAsync(CancellationToken cancellationToken);

    /// <summary>All VMs of the host, running or not, from one bulk call; where its answer leaves a VM's size out, from one more that
    /// waits for nothing. A VM that hangs does not hold it up.</summary>
    /// <param name="cancellationToken">Gives up waiting.</param>
    Task<IReadOnlyList<VirtualMachine>> ListAsync(CancellationToken cancellationToken);

    /// <summary>What the planner needs of a VM's live definition; of a VM that is shut off, of the one that it starts with.</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    Task<VmDefinition> GetDefinitionAsync(Guid vm, CancellationToken cancellationToken);

    /// <summary>What the host says about a VM now, on a fresh connection if the last one broke. A VM the host does not have is an
    /// answer, and so is a host that gives none within 10 s (<see cref="VmObservation.NoAnswer"/>): this never throws
    /// <see cref="HypervisorException"/>.</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    Task<VmObservation> ObserveAsync(Guid vm, CancellationToken cancellationToken);

    /// <summary>The counters of a VM's outgoing migration; null when it has none under way.</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    Task<MigrationCounters?> GetJobAsync(Guid vm, CancellationToken cancellationToken);

    /// <summary>The counters of a VM's last completed migration where this host still has them, left in place; null where not.</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    Task<MigrationCounters?> GetCompletedJobAsync(Guid vm, CancellationToken cancellationToken);

    /// <summary>All migrations in which the host takes part, whoever started them.</summary>
    /// <param name="cancellationToken">Gives up waiting.</param>
    Task<IReadOnlyList<ActiveMigration>> ListMigrationsAsync(CancellationToken cancellationToken);

    /// <summary>Iteration and completion events of a VM's migration, from now until the subscription is disposed.</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    Task<IMigrationEvents> SubscribeAsync(Guid vm, CancellationToken cancellationToken);

    /// <summary>The VM's downtime limit. It outlives a migration that was aborted.</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    Task<TimeSpan> GetMaxDowntimeAsync(Guid vm, CancellationToken cancellationToken);

    /// <summary>Sets the VM's downtime limit, before or during a migration.</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="downtime">1 ms to 2,000 s (QEMU's bound).</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    Task SetMaxDowntimeAsync(Guid vm, TimeSpan downtime, CancellationToken cancellationToken);

    /// <summary>The migration speed that is kept for the VM: a migration that states none uses it.</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    Task<Bandwidth> GetMaxBandwidthAsync(Guid vm, CancellationToken cancellationToken);

    /// <summary>Sets the most that a running migration may send, and the speed that is kept for the VM with it.</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="bandwidth">At least 1 MiB/s.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    Task SetMaxBandwidthAsync(Guid vm, Bandwidth bandwidth, CancellationToken cancellationToken);

    /// <summary>The most that the VM's migrations may send once they are in post-copy.</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    Task<Bandwidth> GetPostCopyBandwidthAsync(Guid vm, CancellationToken cancellationToken);

    /// <summary>Sets the most that a running migration may send once it is in post-copy, before the switch or after it.</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="bandwidth">At least 1 MiB/s.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    Task SetPostCopyBandwidthAsync(Guid vm, Bandwidth bandwidth, CancellationToken cancellationToken);

    /// <summary>Aborts a VM's migration in pre-copy. In post-copy the hypervisor refuses, and rightly: the memory is in two places.</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    Task AbortJobAsync(Guid vm, CancellationToken cancellationToken);

    /// <summary>Switches a running migration to post-copy.</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    Task StartPostCopyAsync(Guid vm, CancellationToken cancellationToken);

    /// <summary>Gives up the connection of a migration in post-copy. The guest and both halves of its memory stay; the migration is then
    /// broken and waits to be recovered. Only for one whose memory no longer flows: nothing else brings a healthy one to a stop.</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    Task BreakPostCopyAsync(Guid vm, CancellationToken cancellationToken);

    /// <summary>Whether the daemon is at something with the VM's QEMU at this moment. One that is so for seconds waits for an answer that
    /// does not come: the QEMU hangs. It asks neither QEMU nor for the VM's job, so it does not hang itself.</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    Task<bool> IsBusyAsync(Guid vm, CancellationToken cancellationToken);

    /// <summary>Stops the guest of a running migration, so that it ends; the hypervisor lets the guest run again by itself when the
    /// migration has ended, on whichever side.</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    Task SuspendAsync(Guid vm, CancellationToken cancellationToken);

    /// <summary>Sets, through the hypervisor's monitor, the bandwidth that QEMU may count on when it decides to switch over; for daemons
    /// that cannot be told with the transfer. libvirt marks a VM as tainted whose monitor was used.</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="bandwidth">The bandwidth; null: QEMU estimates, as it does when nothing was set.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    Task SetSwitchoverBandwidthAsync(Guid vm, Bandwidth? bandwidth, CancellationToken cancellationToken);

    /// <summary>Tells a running guest something over one of its channels or through its agent, and waits for any answer. Nothing is run in
    /// the guest.</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="how">The way; not Disabled.</param>
    /// <param name="message">One line of JSON, an object, without its line feed.</param>
    /// <param name="patience">The bound, from the call to the answer.</param>
    /// <param name="cancellationToken">Gives up waiting; the guest may have been told.</param>
    /// <returns>Whether the guest answered; false: the message was sent and nothing came back in time.</returns>
    Task<bool> TellGuestAsync(Guid vm, GuestNotice how, string message, TimeSpan patience, CancellationToken cancellationToken);

    /// <summary>Moves a VM: returns when the hypervisor says that it moved, throws when it says anything else. Not bounded and not
    /// cancelled; <see cref="AbortJobAsync"/> ends it.</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="settings">How.</param>
    /// <param name="destination">Where to.</param>
    Task MigrateAsync(Guid vm, TransferSettings settings, IHypervisorHost destination);

    /// <summary>Moves the definition of a VM that is shut off: it is defined on the destination and no longer here. Nothing is started or
    /// stopped, disks and all other files stay where they are, and autostart is lost. Returns when the hypervisor says that it moved, throws
    /// when it says anything else. Not cancelled. The hypervisor asks for nothing but that there are no
    /// snapshots: a VM that runs stays here and is defined there besides, and memory that was saved (managed save) stays behind. Whoever
    /// calls has to look.</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="destination">Where to.</param>
    Task MigrateDefinitionAsync(Guid vm, IHypervisorHost destination);

    /// <summary>What has to be put back on the destination by hand: the inactive definition and autostart; null for a transient VM.</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    Task<SavedDefinition?> SaveDefinitionAsync(Guid vm, CancellationToken cancellationToken);

    /// <summary>Defines a saved VM here, keeping the running one as it is.</summary>
    /// <param name="definition">What was saved on the other host.</param>
    /// <param name="pins">The pins that it has here; null: those that were saved.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    Task DefineAsync(SavedDefinition definition, PinLayout? pins, CancellationToken cancellationToken);

    /// <summary>Sets whether the VM starts with its host.</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="autostart">On or off.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    Task SetAutostartAsync(Guid vm, bool autostart, CancellationToken cancellationToken);

    /// <summary>Writes who is about to migrate a running VM into the VM's own live metadata, or removes it with null. It cannot be
    /// written during a migration.</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="intent">The record; null removes it.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    Task SetIntentAsync(Guid vm, MigrationIntent? intent, CancellationToken cancellationToken);

    /// <summary>The intent record of a running VM; null where there is none.</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    Task<MigrationIntent?> GetIntentAsync(Guid vm, CancellationToken cancellationToken);

    /// <summary>What a VM states for its migrations: of the running one where it runs, else of its definition.</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    Task<VmMigrationOptions> GetVmOptionsAsync(Guid vm, CancellationToken cancellationToken);

    /// <summary>What each VM of the host states for its migrations, running or not; those that state nothing are left out.</summary>
    /// <param name="cancellationToken">Gives up waiting.</param>
    Task<IReadOnlyList<StoredVmOptions>> ListVmOptionsAsync(CancellationToken cancellationToken);

    /// <summary>Throws where <see cref="SetVmOptionsAsync"/> would, and writes nothing.</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="options">What it is to state.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    Task RequireVmOptionsSettableAsync(Guid vm, VmMigrationOptions options, CancellationToken cancellationToken);

    /// <summary>Writes what a VM states for its migrations, into the running VM and into its definition, or removes it where nothing is
    /// stated. Others' metadata is left as it is, and so is what another version of this product put beside what this one
    /// knows.</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="options">What it is to state.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    Task SetVmOptionsAsync(Guid vm, VmMigrationOptions options, CancellationToken cancellationToken);

    /// <summary>Whether a VM's live CPU can run here, in the hypervisor's own judgement.</summary>
    /// <param name="cpu">The CPU, from another host.</param>
    /// <param name="architecture">The VM's architecture.</param>
    /// <param name="machineType">The VM's machine type.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    Task<CpuComparison> CompareCpuAsync(VmCpu cpu, string architecture, string machineType, CancellationToken cancellationToken);

    /// <summary>Storage and networks of the host.</summary>
    /// <param name="cancellationToken">Gives up waiting.</param>
    Task<HostSurroundings> GetSurroundingsAsync(CancellationToken cancellationToken);

    /// <summary>What the host's VMs take now.</summary>
    /// <param name="cancellationToken">Gives up waiting.</param>
    Task<HostLoad> GetLoadAsync(CancellationToken cancellationToken);

    /// <summary>Starts a VM that is the product's own: transient, paused, without disks and network, with the least memory, named
    /// <c>virtmigration-probe-</c> and its UUID. It is what a test of the way between two hosts migrates.</summary>
    /// <param name="probe">The UUID that it gets.</param>
    /// <param name="machineType">A machine type that the host knows; null: its default.</param>
    /// <param name="cancellationToken">Gives up waiting; the VM may have been started all the same.</param>
    Task StartProbeAsync(Guid probe, string? machineType, CancellationToken cancellationToken);

    /// <summary>Ends a VM that <see cref="StartProbeAsync"/> started, if it is here. A VM that is not the product's own probe, by UUID and
    /// name, transient and paused, is left alone with an error.</summary>
    /// <param name="probe">Its UUID.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    Task EndProbeAsync(Guid probe, CancellationToken cancellationToken);
}
