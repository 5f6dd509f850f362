using System.Runtime.InteropServices;
using VirtMigration.Native.Connections;
using VirtMigration.Native.Interop;
using VirtMigration.Options;
using VirtMigration.Ports;

namespace VirtMigration.Native.Domains;

/// <summary>Lists what the VMs of a host state for their migrations.</summary>
internal static unsafe class OptionsListing
{
    /// <summary>Those of all VMs that state something, running or not: one call for the VMs, and one for each that brings its element
    /// alone and waits for no job (qemuDomainGetMetadata).</summary>
    /// <param name="connection">The connection.</param>
    public static IReadOnlyList<StoredVmOptions> Read(LibvirtConnection connection)
    {
        nint* array;
        int count = connection.Check(Libvirt.virConnectListAllDomains(connection.Handle, &array, Libvirt.ListAll), "list its VMs");
        Queue<nint> domains = new(new Span<nint>(array, count).ToArray());
        NativeMemory.Free(array);
        List<StoredVmOptions> list = [];
        try
        {
            while (domains.TryDequeue(out nint domain))
            {
                if (Read(domain, connection) is { } options)
                {
                    list.Add(options);
                }
            }
        }
        finally
        {
            foreach (nint domain in domains)
            {
                _ = Libvirt.virDomainFree(domain);
            }
        }

        return list;
    }

    /// <summary>Those of one VM; null: it states nothing, or went away since the list was made.</summary>
    /// <param name="pointer">The VM, which is freed.</param>
    /// <param name="connection">The connection.</param>
    internal static StoredVmOptions? Read(nint pointer, LibvirtConnection connection)
    {
        Guid uuid = DomainUuid.Of(pointer);
        using LibvirtDomain domain = new(new(pointer, connection.Handle), connection);
        try
        {
            VmMigrationOptions options = domain.GetOptions();
            return options == VmMigrationOptions.Empty ? null : new(uuid, domain.Name, options);
        }
        catch (HypervisorException error) when (error.Fault == HypervisorFault.VmNotFound)
        {
            return null;
        }
    }
}
