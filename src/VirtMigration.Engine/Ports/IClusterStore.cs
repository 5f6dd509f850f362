using VirtMigration.State;

namespace VirtMigration.Ports;

/// <summary>Where the clusters' state is kept.</summary>
public interface IClusterStore
{
    /// <summary>The state as it is now.</summary>
    /// <exception cref="VirtMigrationException">ClusterFileCorrupt, ClusterFileTooNew or ClusterFileUnreadable.</exception>
    ClusterState Load();

    /// <summary>Changes the state: nobody else can change it between the reading and the writing.</summary>
    /// <param name="change">Makes the new state from the one that is there; what it throws leaves the state as it was.</param>
    /// <exception cref="VirtMigrationException">As <see cref="Load"/>, and ClusterFileLocked or ClusterFileUnwritable.</exception>
    ClusterState Update(Func<ClusterState, ClusterState> change);
}
