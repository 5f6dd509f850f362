using System.Runtime.InteropServices;
using VirtMigration.Inventory;
using VirtMigration.Native.Connections;
using VirtMigration.Native.Interop;
using VirtMigration.Native.Xml;
using VirtMigration.Units;

namespace VirtMigration.Native.Inventory;

/// <summary>Gathers what a host says about itself. What a driver has no call for is left unknown.</summary>
internal static unsafe class HostFactsReader
{
    /// <summary>Asks a host.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="host">The host.</param>
    public static HostFacts Read(LibvirtConnection connection, HostRegistration host)
    {
        string text = NativeText.Take(Libvirt.virConnectGetCapabilities(connection.Handle))
            ?? throw connection.Error("tell its capabilities");
        Capabilities capabilities = CapabilitiesXml.Read(text);
        string hostName = NativeText.Take(Libvirt.virConnectGetHostname(connection.Handle)) ?? host.Name;
        VirNodeInfo node;
        _ = connection.Check(Libvirt.virNodeGetInfo(connection.Handle, &node), "tell its CPUs and memory");
        (ByteSize? total, ByteSize? available) = FreeMemory.Read(connection);
        return new HostFacts
        {
            Uuid = capabilities.HostUuid ?? HostIdentity.FromUri(host.ConnectUri),
            HostName = hostName,
            Hypervisor = connection.Driver,
            LibvirtVersion = LibvirtVersionOf(connection),
            HypervisorVersion = HypervisorVersionOf(connection),
            Architecture = capabilities.Architecture,
            Threads = (int)node.Cpus,
            Memory = total ?? ByteSize.FromKibibytes((long)node.Memory.Value),
            AvailableMemory = available,
            Cells = [.. capabilities.Cells.Select(cell => FreeMemory.AddTo(cell, connection))],
            LinkSpeeds = NetworkLinks.Read(connection),
            MachineTypes = capabilities.MachineTypes,
            ReadOnly = HostIdentity.IsReadOnly(host.ConnectUri),
            Cpu = capabilities.Cpu,
            OnlineCpus = OnlineCpus.Read(connection),
            Cores = capabilities.Cores,
            CellDistances = capabilities.CellDistances,
        };
    }

    private static Version LibvirtVersionOf(LibvirtConnection connection)
    {
        CULong number;
        _ = connection.Check(Libvirt.virConnectGetLibVersion(connection.Handle, &number), "tell its libvirt version");
        return LibvirtVersion.FromNumber(number.Value);
    }

    // A driver without a hypervisor of its own answers 0 or not at all.
    private static Version? HypervisorVersionOf(LibvirtConnection connection)
    {
        CULong number;
        return Libvirt.virConnectGetVersion(connection.Handle, &number) >= 0 && number.Value != 0
            ? LibvirtVersion.FromNumber(number.Value)
            : null;
    }
}
