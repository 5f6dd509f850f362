using VirtMigration.Inventory;
using VirtMigration.Options;
using VirtMigration.Planning;
using VirtMigration.Policies;
using VirtMigration.Units;

namespace VirtMigration.Readiness;

/// <summary>How a probe is sent: as the planner has VMs sent between the two hosts, encrypted where the cluster encrypts, without the
/// techniques that ask more of the hosts than the way does.
/// Over parallel connections where both hosts have them, for then QEMU itself connects, and can be stopped. For a plain stream the daemon
/// connects, and holds the VM's lock meanwhile (qemuMigrationSrcPerformNative: MIGRATION_DEST_CONNECT_HOST): where packets are dropped,
/// nobody can abort or end the VM for the two minutes that the kernel tries (seen on libvirt 9.0).</summary>
internal static class ProbePlan
{
    /// <summary>The transfer.</summary>
    /// <param name="probe">The probe's UUID.</param>
    /// <param name="machineType">Its machine type; null: the source's default.</param>
    /// <param name="pair">The two hosts.</param>
    /// <exception cref="VirtMigrationException">The planner refuses the two hosts, for every VM alike.</exception>
    public static TransferSettings Transfer(Guid probe, string? machineType, HostPair pair)
    {
        HostInventory source = pair.Source.Host;
        return MigrationPlanner.Plan(new()
        {
            Vm = new()
            {
                Name = ProbeName.Of(probe),
                Uuid = probe,
                Host = source.Name,
                Cluster = source.Registration.Cluster,
                State = VmPowerState.Paused,
                Reason = VmStateReason.PausedByUser,
                VCpus = 1,
                Memory = ByteSize.FromMebibytes(1),
                Persistent = false,
            },
            Definition = new()
            {
                Uuid = probe,
                Architecture = source.Facts.Architecture,
                MachineType = machineType ?? string.Empty,
                OnlineVCpus = 1,
                Memory = ByteSize.FromMebibytes(1),
            },
            Source = source,
            Destination = pair.Destination.Host,
            Cluster = new()
            {
                Cluster = pair.Source.Cluster.Cluster,
                Encryption = pair.Source.Cluster.Encryption,
                MigrationBandwidth = pair.Source.Cluster.MigrationBandwidth,
                MigrationNetwork = pair.Source.Cluster.MigrationNetwork,
            },
            Parameters = new()
            {
                Policy = BuiltInPolicies.MinimalDowntime,
                ParallelConnections = VersionGates.Parallel.Missing(source, pair.Destination.Host) is null
                    ? ParallelChoice.Number(ParallelChoice.Least)
                    : ParallelChoice.Disabled,
                PostCopy = PostCopyMode.Off,
                Compression = CompressionMethod.None,
                SwitchoverBandwidth = BandwidthChoice.None,
            },
        }).Transfer;
    }
}
