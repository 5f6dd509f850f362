namespace VirtMigration.Readiness;

/// <summary>"Attempt to migrate guest to the same host": libvirt goes by UUID, whatever the names.</summary>
public sealed class SameHostCheck : IPairCheck
{
    /// <inheritdoc/>
    public IEnumerable<HostFinding> Check(HostPair pair)
    {
        ArgumentNullException.ThrowIfNull(pair);
        return pair.Source.Host.Facts.Uuid == pair.Destination.Host.Facts.Uuid
            ? [pair.Blocker("SameHost", $"another host than {pair.Source.Name}", $"{pair.Destination.Name} has the same UUID {pair.Destination.Host.Facts.Uuid}",
                "Register another host, or give cloned hosts a host_uuid of their own.")]
            : [];
    }
}
