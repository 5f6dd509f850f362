namespace VirtMigration;

/// <summary>A hypervisor's refusal or failure, with its own code and text.</summary>
public sealed class HypervisorException : VirtMigrationException
{
    /// <summary>Creates the error.</summary>
    /// <param name="fault">The kind.</param>
    /// <param name="host">The host that was asked.</param>
    /// <param name="code">libvirt's error number (virErrorNumber), 0 where there is none.</param>
    /// <param name="message">The message, the hypervisor's text in it.</param>
    /// <param name="recommendedAction">The way out.</param>
    /// <param name="innerException">What led to it.</param>
    public HypervisorException(
        HypervisorFault fault,
        string host,
        int code,
        string message,
        string recommendedAction,
        Exception? innerException = null)
        : base(IdOf(fault), message, recommendedAction, host, innerException)
    {
        Fault = fault;
        Host = host;
        Code = code;
    }

    /// <summary>The kind.</summary>
    public HypervisorFault Fault { get; }

    /// <summary>The host that was asked.</summary>
    public string Host { get; }

    /// <summary>libvirt's error number (virErrorNumber), 0 where there is none.</summary>
    public int Code { get; }

    private static string IdOf(HypervisorFault fault) => fault switch
    {
        HypervisorFault.Internal => "HypervisorError",
        HypervisorFault.Unreachable => "HostUnreachable",
        HypervisorFault.AccessDenied => "HostAccessDenied",
        HypervisorFault.InvalidState => "VmStateInvalid",
        HypervisorFault.Aborted => "MigrationAborted",
        HypervisorFault.ArgumentRejected => "HypervisorArgumentRejected",
        HypervisorFault.NotSupported => "HypervisorCallNotSupported",
        HypervisorFault.Unsafe => "MigrationUnsafe",
        HypervisorFault.Timeout => "HostTimeout",
        HypervisorFault.LibraryMissing => "LibvirtMissing",
        _ => fault.ToString(),
    };
}
