using System.Runtime.InteropServices;
using VirtMigration.Native.Interop;

namespace VirtMigration.Native.Errors;

/// <summary>A copy of libvirt's error. The original is thread-local and overwritten by the next call, so it is copied on the thread
/// that made the call, before anything else happens there.</summary>
/// <param name="Domain">The part of libvirt that raised it.</param>
/// <param name="Code">libvirt's number.</param>
/// <param name="Message">libvirt's text.</param>
/// <param name="SystemError">errno, where the code is SystemError; else 0.</param>
internal readonly record struct LibvirtError(ErrorDomain Domain, ErrorCode Code, string Message, int SystemError = 0)
{
    /// <summary>Copies the error of the call that this thread just made.</summary>
    public static unsafe LibvirtError Last()
    {
        VirError* error = Libvirt.virGetLastError();
        if (error == null)
        {
            return new(ErrorDomain.None, ErrorCode.None, "libvirt gave no reason");
        }

        ErrorCode code = (ErrorCode)error->Code;
        return new(
            (ErrorDomain)error->Domain,
            code,
            Marshal.PtrToStringUTF8(error->Message) ?? "libvirt gave no reason",
            code == ErrorCode.SystemError ? error->Number1 : 0);
    }

    /// <summary>The error as the product reports it.</summary>
    /// <param name="host">The host that was asked.</param>
    /// <param name="action">What was asked, as it reads after "could not".</param>
    public HypervisorException ToException(string host, string action)
    {
        HypervisorFault fault = FaultTable.Classify(this);
        return new(fault, host, (int)Code, $"{host} could not {action}: {Message}", RecommendedAction.For(fault, this));
    }
}
