using System.Collections.Concurrent;
using VirtMigration.Inventory;
using VirtMigration.Native.Connections;
using VirtMigration.Native.Errors;
using VirtMigration.Ports;

namespace VirtMigration.Native;

/// <summary>The way to hosts through libvirt. It keeps the connections: one of these a process.</summary>
public sealed class LibvirtHypervisor : IHypervisor
{
    private readonly ConcurrentDictionary<(string Name, string Uri), HostConnections> _hosts = new();

    private LibvirtHypervisor()
    {
    }

    /// <summary>Creates the way to hosts. libvirt itself is loaded at the first connection.</summary>
    public static LibvirtHypervisor Create() => new();

    /// <inheritdoc/>
    public async Task<IHypervisorHost> ConnectAsync(HostRegistration host, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(host);
        if (string.IsNullOrWhiteSpace(host.ConnectUri))
        {
            // libvirt would take it for "whatever this machine runs".
            LibvirtError error = new(ErrorDomain.Uri, ErrorCode.InvalidArgument, "it is empty");
            throw error.ToException(host.Name, "be reached by its URI");
        }

        HostConnections connections = _hosts.GetOrAdd(
            (host.Name.ToUpperInvariant(), host.ConnectUri),
            static (_, host) => new(host),
            host);
        await connections.Control.ConnectAsync(cancellationToken);
        return new LibvirtHost(host, connections);
    }
}
