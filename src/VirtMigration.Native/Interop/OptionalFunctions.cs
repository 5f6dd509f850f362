using System.Runtime.InteropServices;

namespace VirtMigration.Native.Interop;

/// <summary>Functions that an older libvirt on this machine may lack. A missing symbol would otherwise surface as an
/// EntryPointNotFoundException at the first call, which tells nobody what to do.</summary>
internal static class OptionalFunctions
{
    // libvirt_public.syms: the version block that each function stands in. All others the product imports are older than 3.0.
    private static readonly Dictionary<string, Version> s_since = new()
    {
        ["virDomainMigrateGetMaxDowntime"] = new(3, 7, 0),
        ["virConnectCompareHypervisorCPU"] = new(4, 4, 0),
        ["virDomainAbortJobFlags"] = new(8, 5, 0),
    };

    /// <summary>Makes sure that the library of this machine has a function.</summary>
    /// <param name="function">Its C name, one of those listed here.</param>
    /// <exception cref="HypervisorException">NotSupported: it names the version that has it and the one that is here.</exception>
    public static void Require(string function) => Require(function, s_since[function]);

    /// <summary>Makes sure that the library of this machine has a function.</summary>
    /// <param name="function">Its C name.</param>
    /// <param name="since">The first libvirt that has it.</param>
    /// <exception cref="HypervisorException">NotSupported.</exception>
    internal static void Require(string function, Version since)
    {
        if (!NativeLibrary.TryGetExport(LibvirtLibrary.Handle, function, out _))
        {
            throw new HypervisorException(
                HypervisorFault.NotSupported,
                Environment.MachineName,
                0,
                $"{function} needs libvirt {since}, this machine has {LibraryVersion()}.",
                $"Install libvirt {since} or newer on the machine that runs this shell.");
        }
    }

    private static unsafe Version LibraryVersion()
    {
        CULong number;
        return Libvirt.virGetVersion(&number, 0, null) < 0 ? new Version(0, 0) : LibvirtVersion.FromNumber(number.Value);
    }
}
