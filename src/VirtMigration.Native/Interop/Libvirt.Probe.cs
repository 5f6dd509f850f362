using System.Runtime.InteropServices;
using VirtMigration.Native.Handles;

namespace VirtMigration.Native.Interop;

/// <summary>Starting and ending a VM (libvirt-domain.h). Only the product's own probes are ever started or ended.</summary>
internal static unsafe partial class Libvirt
{
    /// <summary>VIR_DOMAIN_START_PAUSED: its CPUs stand from the first instruction on.</summary>
    internal const uint StartPaused = 1 << 0;

    [LibraryImport(LibvirtLibrary.Name, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint virDomainCreateXML(ConnectionHandle connection, string xml, uint flags);

    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial int virDomainDestroy(DomainHandle domain);
}
