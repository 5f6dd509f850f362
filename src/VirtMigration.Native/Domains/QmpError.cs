namespace VirtMigration.Native.Domains;

/// <summary>What QEMU's monitor refused.</summary>
/// <param name="Class">The kind, one of few (QapiErrorClass in qapi/error.json); nearly all are <c>GenericError</c>.</param>
/// <param name="Text">The reason in QEMU's words.</param>
internal sealed record QmpError(string Class, string Text)
{
    /// <summary>The kind that the product decides on.</summary>
    public HypervisorFault Fault => Class == "CommandNotFound" ? HypervisorFault.NotSupported : HypervisorFault.ArgumentRejected;
}
