using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace VirtMigration.Native.Interop;

/// <summary>struct _virNodeInfo (libvirt-host.h), 64 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct VirNodeInfo
{
    public ModelName Model;

    /// <summary>In KiB.</summary>
    public CULong Memory;

    /// <summary>CPUs (threads) that are online.</summary>
    public uint Cpus;
    public uint Megahertz;
    public uint Nodes;
    public uint Sockets;
    public uint Cores;
    public uint Threads;

    /// <summary>32 bytes of text.</summary>
    [InlineArray(32)]
    internal struct ModelName
    {
        private byte _first;
    }
}
