namespace VirtMigration.Readiness;

/// <summary>A guest runs only on a host of its own architecture.</summary>
public sealed class ArchitectureCheck : IPairCheck
{
    /// <inheritdoc/>
    public IEnumerable<HostFinding> Check(HostPair pair)
    {
        ArgumentNullException.ThrowIfNull(pair);
        string source = pair.Source.Host.Facts.Architecture;
        string destination = pair.Destination.Host.Facts.Architecture;
        return source != destination
            ? [pair.Blocker("ArchitectureDiffers", $"two hosts of one architecture, {source} as {pair.Source.Name}", $"{pair.Destination.Name} is {destination}",
                "Keep hosts of each architecture in a cluster of their own: Register-VmHost -Cluster.")]
            : [];
    }
}
