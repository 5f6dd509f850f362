using System.Runtime.InteropServices;
using VirtMigration.Native.Handles;

namespace VirtMigration.Native.Interop;

/// <summary>The QEMU driver's own call (libvirt-qemu.h), in a library of its own.</summary>
internal static unsafe partial class Libvirt
{
    /// <summary>With no flags the command is QMP. What QEMU refuses is an answer, not an error.</summary>
    [LibraryImport(LibvirtQemuLibrary.Name, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int virDomainQemuMonitorCommand(DomainHandle domain, string command, nint* reply, uint flags);
}
