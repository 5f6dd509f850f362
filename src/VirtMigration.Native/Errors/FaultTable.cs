namespace VirtMigration.Native.Errors;

/// <summary>The one table from libvirt's errors to the kinds the product decides on. It goes by part and number wherever it can:
/// libvirt translates its texts (gettext), so a text is looked at only where a number means several things.</summary>
internal static class FaultTable
{
    // errno of Linux (asm-generic/errno-base.h): libvirt's socket exists, but this user may not open it.
    private const int PermissionDenied = 13;

    /// <summary>The kind of an error.</summary>
    /// <param name="error">libvirt's error.</param>
    public static HypervisorFault Classify(LibvirtError error) => error switch
    {
        { Code: ErrorCode.NoDomain } => HypervisorFault.VmNotFound,
        { Code: ErrorCode.MigratePersistFailed } => HypervisorFault.MovedNotPersisted,
        { Code: ErrorCode.MigrateFinishOk } => HypervisorFault.MovedUnconfirmed,
        { Code: ErrorCode.AgentUnresponsive } => HypervisorFault.GuestUnresponsive,
        { Code: ErrorCode.OperationAborted } => HypervisorFault.Aborted,
        { Code: ErrorCode.MigrateUnsafe } => HypervisorFault.Unsafe,

        // 38 and 29 among them: the socket of a daemon that only root may use, and a connection that may only read.
        { Code: ErrorCode.SystemError, SystemError: PermissionDenied, Domain: ErrorDomain.Rpc } => HypervisorFault.AccessDenied,
        { Code: ErrorCode.OperationDenied or ErrorCode.AccessDenied or ErrorCode.AuthenticationFailed } => HypervisorFault.AccessDenied,
        { Code: ErrorCode.AuthenticationCancelled or ErrorCode.AuthenticationUnavailable } => HypervisorFault.AccessDenied,
        { Code: ErrorCode.Tls } => HypervisorFault.AccessDenied,
        _ when SaysLoginRefused(error) => HypervisorFault.AccessDenied,

        // libvirt's own limit (virprocess.c, code 38) and QEMU's words for the same want (migration/multifd, by way of code 1).
        _ when SaysMemoryLock(error) => HypervisorFault.MemoryLockRefused,

        { Code: ErrorCode.NoSupport or ErrorCode.OperationUnsupported } => HypervisorFault.NotSupported,
        { Code: ErrorCode.InvalidArgument or ErrorCode.ArgumentUnsupported or ErrorCode.Overflow } => HypervisorFault.ArgumentRejected,
        { Code: ErrorCode.XmlError or ErrorCode.XmlDetail or ErrorCode.XmlInvalidSchema } => HypervisorFault.ArgumentRejected,
        { Code: ErrorCode.ConfigurationUnsupported or ErrorCode.CpuIncompatible } => HypervisorFault.ArgumentRejected,
        { Code: ErrorCode.NoConnect } or { Domain: ErrorDomain.Uri } => HypervisorFault.ArgumentRejected,

        _ when SaysPostCopyNotEnabled(error) => HypervisorFault.PostCopyNotEnabled,

        // 68 is the lock of a domain that another job holds: the daemon answered, so it is the VM's state and not a silent host.
        { Code: ErrorCode.OperationInvalid or ErrorCode.OperationTimeout } => HypervisorFault.InvalidState,
        { Code: ErrorCode.ResourceBusy or ErrorCode.DomainExists } => HypervisorFault.InvalidState,
        _ when SaysPostCopyTooEarly(error) => HypervisorFault.InvalidState,

        { Code: ErrorCode.UnknownHost or ErrorCode.InvalidConnection or ErrorCode.Ssh or ErrorCode.LibSsh } => HypervisorFault.Unreachable,
        _ when IsTransport(error) || SaysUnreachable(error) => HypervisorFault.Unreachable,

        _ => HypervisorFault.Internal,
    };

    // Sockets, the RPC protocol and keepalive say so by their part of libvirt alone, in any language.
    private static bool IsTransport(LibvirtError error) =>
        error.Code is ErrorCode.InvalidConnection
        || (error.Domain is ErrorDomain.Rpc or ErrorDomain.Remote
            && error.Code is ErrorCode.InternalError or ErrorCode.SystemError or ErrorCode.Rpc);

    private static bool SaysMemoryLock(LibvirtError error) =>
        error.Message.Contains("cannot limit locked memory", StringComparison.OrdinalIgnoreCase)
        || error.Message.Contains("lock enough memory", StringComparison.OrdinalIgnoreCase);

    // libvirt lets the command pass while QEMU is still setting the migration up; QEMU refuses it then, by way of code 1. The name
    // of its command is in no language.
    private static bool SaysPostCopyTooEarly(LibvirtError error) =>
        error.Code == ErrorCode.InternalError && error.Message.Contains("'migrate-start-postcopy'", StringComparison.Ordinal);

    // 55 like other states of a job; the name of the flag is in no language.
    private static bool SaysPostCopyNotEnabled(LibvirtError error) =>
        error.Code == ErrorCode.OperationInvalid && error.Message.Contains("VIR_MIGRATE_POSTCOPY", StringComparison.Ordinal);

    // qemu+ssh: what ssh printed is the whole of the evidence, in a socket error.
    private static bool SaysLoginRefused(LibvirtError error) =>
        IsTransport(error)
        && (error.Message.Contains("Permission denied", StringComparison.OrdinalIgnoreCase)
            || error.Message.Contains("Host key verification failed", StringComparison.OrdinalIgnoreCase));

    // The same troubles when one daemon had them with another (peer-to-peer) and wrapped them in a code of its own.
    private static bool SaysUnreachable(LibvirtError error) =>
        error.Code is ErrorCode.InternalError or ErrorCode.OperationFailed or ErrorCode.SystemError or ErrorCode.Rpc
        && s_unreachable.Any(text => error.Message.Contains(text, StringComparison.OrdinalIgnoreCase));

    private static readonly string[] s_unreachable =
    [
        "unable to connect to",
        "failed to connect to remote libvirt",
        "failed to connect socket",
        "unable to resolve address",
        "client socket is closed",
        "end of file while reading data",
        "cannot recv data",
        "cannot write data",
        "keepalive timeout",
        "connection refused",
        "connection reset",
        "connection timed out",
        "no route to host",
        "network is unreachable",
        "lost connection to destination host",
    ];
}
