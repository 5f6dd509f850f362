using VirtMigration.Native.Connections;
using VirtMigration.Native.Interop;
using VirtMigration.Native.Xml;

namespace VirtMigration.Native;

/// <summary>The VM that a test of the way between two hosts migrates.</summary>
public sealed partial class LibvirtHost
{
    /// <inheritdoc/>
    public Task StartProbeAsync(Guid probe, string? machineType, CancellationToken cancellationToken) =>
        _connections.Control.ChangeAsync("start a probe", connection => Start(connection, probe, machineType), cancellationToken);

    /// <inheritdoc/>
    public async Task EndProbeAsync(Guid probe, CancellationToken cancellationToken)
    {
        try
        {
            await ChangeAsync(probe, "end a probe", domain => domain.EndProbe(probe), cancellationToken);
        }
        catch (HypervisorException error) when (error.Fault == HypervisorFault.VmNotFound)
        {
            // It is not here, or went away between the two calls.
        }
    }

    private static void Start(LibvirtConnection connection, Guid probe, string? machineType)
    {
        string capabilities = NativeText.Take(Libvirt.virConnectGetCapabilities(connection.Handle)) ?? throw connection.Error("tell its capabilities");
        nint domain = Libvirt.virDomainCreateXML(connection.Handle, ProbeXml.Write(probe, machineType, capabilities), Libvirt.StartPaused);
        if (domain == 0)
        {
            throw connection.Error("start a probe");
        }

        _ = Libvirt.virDomainFree(domain);
    }
}
