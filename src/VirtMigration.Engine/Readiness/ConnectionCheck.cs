namespace VirtMigration.Readiness;

/// <summary>Over a connection that may only read no migration can be started (libvirt-domain.c: code 29).</summary>
public sealed class ConnectionCheck : IHostCheck
{
    /// <inheritdoc/>
    public IEnumerable<HostFinding> Check(HostSubject subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        return subject.Host.Facts.ReadOnly
            ? [subject.Blocker("ConnectionReadOnly", "a connection that may write", $"lets this shell only read, at {subject.Host.Registration.ConnectUri}",
                "Register it with a URI that does not name libvirt-sock-ro.")]
            : [];
    }
}
