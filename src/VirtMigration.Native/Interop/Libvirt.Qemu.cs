using System.Runtime.InteropServices;
using VirtMigration.Native.Handles;

namespace VirtMigration.Native.Interop;

/// <summary>The QEMU driver's own calls (libvirt-qemu.h), in a library of its own.</summary>
internal static unsafe partial class Libvirt
{
    /// <summary>With no flags the command is QMP. What QEMU refuses is an answer, not an error.</summary>
    [LibraryImport(LibvirtQemuLibrary.Name, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int virDomainQemuMonitorCommand(DomainHandle domain, string command, nint* reply, uint flags);

    /// <summary>The reply is the caller's to free; 0 is the failure. The timeout is in seconds, for the command alone: before it libvirt
    /// makes sure that the agent is in step, for up to 5 s (qemuAgentGuestSync).</summary>
    [LibraryImport(LibvirtQemuLibrary.Name, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint virDomainQemuAgentCommand(DomainHandle domain, string command, int timeout, uint flags);
}
