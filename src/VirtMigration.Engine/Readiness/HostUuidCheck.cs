namespace VirtMigration.Readiness;

/// <summary>libvirt tells hosts apart by UUID, and refuses to migrate between two that have the same one. Hosts cloned from one image,
/// and boards whose firmware states none, have.</summary>
public sealed class HostUuidCheck : IHostCheck
{
    /// <inheritdoc/>
    public IEnumerable<HostFinding> Check(HostSubject subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        List<string> twins = [.. subject.Others.Where(other => other.Facts.Uuid == subject.Host.Facts.Uuid).Select(other => other.Name)];
        return twins.Count == 0
            ? []
            : [subject.Blocker("HostUuidTaken", "a UUID of its own", $"has {subject.Host.Facts.Uuid}, as {string.Join(" and ", twins)} has",
                "If they are one host under two names, unregister one: Unregister-VmHost. If one is a clone, give it a host_uuid of its own in libvirtd.conf or virtqemud.conf.")];
    }
}
