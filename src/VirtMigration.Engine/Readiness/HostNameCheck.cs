namespace VirtMigration.Readiness;

/// <summary>Without a migration address the destination tells the source its own host name to send memory to, and libvirt refuses one
/// that begins with localhost: "hostname on destination resolved to localhost, but migration requires an FQDN"
/// (qemuMigrationDstPrepareDirect). A migration_host in its qemu.conf would count first, and cannot be seen from here.</summary>
public sealed class HostNameCheck : IHostCheck
{
    /// <inheritdoc/>
    public IEnumerable<HostFinding> Check(HostSubject subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        return subject.Host.Registration.MigrationAddress is null && LocalNames.Is(subject.Host.Facts.HostName)
            ? [subject.Warning("HostNameLocal", "a name that means it on other hosts, or a migration address",
                $"calls itself '{subject.Host.Facts.HostName}', and libvirt sends no memory there unless its qemu.conf has a migration_host",
                $"Register the address that memory is to go to: {subject.Register("-MigrationAddress <address>")}; or give the host its full name: hostnamectl set-hostname.")]
            : [];
    }
}
