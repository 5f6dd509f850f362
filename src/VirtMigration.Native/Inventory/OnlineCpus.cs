using System.Runtime.InteropServices;
using VirtMigration.Native.Connections;
using VirtMigration.Native.Interop;

namespace VirtMigration.Native.Inventory;

/// <summary>Which CPUs of a host are online.</summary>
internal static unsafe class OnlineCpus
{
    /// <summary>Their ids, ascending; empty where the host does not tell.</summary>
    /// <param name="connection">The connection.</param>
    public static IReadOnlyList<int> Read(LibvirtConnection connection)
    {
        byte* map;
        int count = Libvirt.virNodeGetCPUMap(connection.Handle, &map, null, 0);
        if (count < 0)
        {
            return [];
        }

        IReadOnlyList<int> cpus = FromMap(new(map, (count + 7) / 8), count);
        NativeMemory.Free(map);
        return cpus;
    }

    /// <summary>The CPUs whose bit is set, as VIR_CPU_USED (libvirt-host.h) reads them.</summary>
    /// <param name="map">The map.</param>
    /// <param name="count">How many CPUs it is about.</param>
    internal static IReadOnlyList<int> FromMap(ReadOnlySpan<byte> map, int count)
    {
        List<int> cpus = [];
        for (int cpu = 0; cpu < count; cpu++)
        {
            if ((map[cpu / 8] & (1 << (cpu % 8))) != 0)
            {
                cpus.Add(cpu);
            }
        }

        return cpus;
    }
}
