using System.Runtime.InteropServices;
using VirtMigration.Inventory;
using VirtMigration.Native.Connections;
using VirtMigration.Native.Interop;
using VirtMigration.Units;

namespace VirtMigration.Native.Domains;

/// <summary>Lists the VMs of a host.</summary>
internal static unsafe class DomainListing
{
    /// <summary>All VMs of a host: one call for their states, one for which of them are transient, and no wait for any of
    /// them.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="host">The host.</param>
    public static IReadOnlyList<VirtualMachine> Read(LibvirtConnection connection, HostRegistration host)
    {
        using BulkStatistics statistics = BulkStatistics.Get(connection, Groups(connection));
        HashSet<Guid> transient = Transient(connection);
        List<VirtualMachine> machines = new(statistics.Count);
        for (int i = 0; i < statistics.Count; i++)
        {
            DomainRecord record = statistics.Record(i);
            if (Sizes(connection, statistics.Domain(i), record) is not var (vcpus, memory))
            {
                continue;
            }

            Guid uuid = statistics.Uuid(i);
            machines.Add(new VirtualMachine
            {
                Name = statistics.Name(i),
                Uuid = uuid,
                Host = host.Name,
                Cluster = host.Cluster,
                State = record.State,
                Reason = record.Reason,
                VCpus = vcpus,
                Memory = ByteSize.FromKibibytes(memory),
                Persistent = !transient.Contains(uuid),
            });
        }

        return machines;
    }

    // The QEMU driver answers for vCPUs and balloon only after several monitor calls to each running QEMU: 2.4 ms a VM measured
    // (libvirt 9.0, QEMU 7.2), more while it migrates, and without end if it hangs, which holds up the whole list. What
    // virDomainGetInfo says needs neither lock nor monitor (qemuDomainGetInfo): 0.1 to 0.25 ms, as one line of `virsh list`.
    private static uint Groups(LibvirtConnection connection) =>
        connection.Driver == "QEMU" ? Libvirt.StatsState : Libvirt.StatsState | Libvirt.StatsBalloon | Libvirt.StatsVcpu;

    // Only where the bulk answer lacks them: see above, and libvirt's test driver, which fills in no group but the state
    // (testDomainGetStats, 9.0) and answers from this process. Null: the domain ended since the list was made.
    private static (int VCpus, long Memory)? Sizes(LibvirtConnection connection, nint domain, DomainRecord record)
    {
        if (record is { VCpus: { } vcpus, MemoryKibibytes: { } memory })
        {
            return (vcpus, memory);
        }

        VirDomainInfo info;
        if (Libvirt.virDomainGetInfo(domain, &info) >= 0)
        {
            return (info.VirtualCpus, (long)info.Memory.Value);
        }

        HypervisorException error = connection.Error("tell the size of a VM");
        return error.Fault == HypervisorFault.VmNotFound ? null : throw error;
    }

    // Transient rather than persistent: usually there is none, so the answer is empty.
    private static HashSet<Guid> Transient(LibvirtConnection connection)
    {
        nint* domains;
        int count = connection.Check(
            Libvirt.virConnectListAllDomains(connection.Handle, &domains, Libvirt.ListTransient),
            "list its transient VMs");
        HashSet<Guid> uuids = new(count);
        for (int i = 0; i < count; i++)
        {
            _ = uuids.Add(DomainUuid.Of(domains[i]));
            _ = Libvirt.virDomainFree(domains[i]);
        }

        NativeMemory.Free(domains);
        return uuids;
    }
}
