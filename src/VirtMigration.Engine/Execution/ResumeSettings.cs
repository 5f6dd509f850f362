using VirtMigration.Inventory;
using VirtMigration.Options;
using VirtMigration.Planning;
using VirtMigration.Readiness;
using VirtMigration.Units;

namespace VirtMigration.Execution;

/// <summary>What a recovery hands to the hypervisor: what the migration was started with. libvirt takes the way (URI, address), whether the
/// definition is removed from the source, and encryption from it anew; of QEMU's own parameters it changes none
/// (qemuMigrationSrcResume, qemuMigrationParamsApply with VIR_MIGRATE_POSTCOPY_RESUME).</summary>
internal static class ResumeSettings
{
    /// <summary>By the record in the VM.</summary>
    /// <param name="recorded">What its migration was started with.</param>
    public static TransferSettings Of(TransferSettings recorded) => recorded with
    {
        Techniques = recorded.Techniques | MigrationTechniques.Live | MigrationTechniques.PeerToPeer | MigrationTechniques.PostCopy | MigrationTechniques.PostCopyResume,
        Pins = null,
    };

    /// <summary>Where nobody wrote it down (virsh's migration, or an earlier version's): by what the hosts and the cluster state now, as for
    /// a new migration.</summary>
    /// <param name="pair">The hosts.</param>
    /// <param name="source">What the source says.</param>
    /// <param name="destination">What the destination says: a definition that is to be kept was kept there when the guest switched.</param>
    /// <param name="keepSource">Whether the definition stays on the source as well.</param>
    /// <exception cref="VirtMigrationException">The planner refuses the two hosts, for every VM alike.</exception>
    public static TransferSettings Of(HostPair pair, VmObservation source, VmObservation destination, bool keepSource)
    {
        TransferSettings usual = ProbePlan.Transfer(Guid.Empty, null, pair);
        return Of(new TransferSettings
        {
            Techniques = (usual.Techniques & MigrationTechniques.Tls)
                | (destination.Persistent ? MigrationTechniques.PersistDestination : MigrationTechniques.None)
                | (source.Persistent && destination.Persistent && !keepSource ? MigrationTechniques.UndefineSource : MigrationTechniques.None),
            DestinationUri = usual.DestinationUri,
            MigrationUri = usual.MigrationUri,
            TlsDestination = usual.TlsDestination,
            Bandwidth = Bandwidth.Unlimited,
            Compression = CompressionMethod.None,
        });
    }
}
