using VirtMigration.Inventory;
using VirtMigration.Native.Connections;
using VirtMigration.Native.Domains;
using VirtMigration.Native.Interop;
using VirtMigration.Native.Inventory;
using VirtMigration.Native.Xml;
using VirtMigration.Ports;

namespace VirtMigration.Native;

/// <summary>One host through libvirt. What it does beyond reading stands in files of its own.</summary>
public sealed partial class LibvirtHost : IHypervisorHost
{
    private readonly HostConnections _connections;

    internal LibvirtHost(HostRegistration registration, HostConnections connections)
    {
        Registration = registration;
        _connections = connections;
    }

    /// <inheritdoc/>
    public HostRegistration Registration { get; }

    /// <inheritdoc/>
    public Task<HostFacts> GetFactsAsync(CancellationToken cancellationToken) => _connections.Control.ReadAsync(
        "describe itself",
        connection => HostFactsReader.Read(connection, Registration),
        cancellationToken);

    /// <summary>What the host's QEMU can do for VMs of a machine type.</summary>
    /// <param name="architecture">The architecture (<c>x86_64</c>); null: the host's own.</param>
    /// <param name="machineType">The machine type or its alias; null: the default one.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="HypervisorException">ArgumentRejected where QEMU does not know them, NotSupported where the driver cannot
    /// tell.</exception>
    public Task<DomainCapabilities> GetDomainCapabilitiesAsync(
        string? architecture,
        string? machineType,
        CancellationToken cancellationToken) => _connections.Control.ReadAsync(
            "tell what its QEMU can do",
            connection => DomainCapabilitiesXml.Read(
                NativeText.Take(Libvirt.virConnectGetDomainCapabilities(connection.Handle, null, architecture, machineType, null, 0))
                ?? throw connection.Error("tell what its QEMU can do")),
            cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<VirtualMachine>> ListAsync(CancellationToken cancellationToken) => _connections.Control.ReadAsync(
        "list its VMs",
        connection => DomainListing.Read(connection, Registration),
        cancellationToken);

    /// <inheritdoc/>
    public Task<VmDefinition> GetDefinitionAsync(Guid vm, CancellationToken cancellationToken) =>
        ReadAsync(_connections.Control, vm, "tell a VM's definition", domain => domain.GetDefinition(), cancellationToken);

    private static Task<T> ReadAsync<T>(
        ConnectionLane lane,
        Guid vm,
        string action,
        Func<LibvirtDomain, T> call,
        CancellationToken cancellationToken) => lane.ReadAsync(
            action,
            connection =>
            {
                using LibvirtDomain domain = connection.Find(vm);
                return call(domain);
            },
            cancellationToken);

    private Task ChangeAsync(Guid vm, string action, Action<LibvirtDomain> call, CancellationToken cancellationToken) =>
        _connections.Control.ChangeAsync(
            action,
            connection =>
            {
                using LibvirtDomain domain = connection.Find(vm);
                call(domain);
            },
            cancellationToken);
}
