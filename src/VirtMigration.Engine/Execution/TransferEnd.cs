namespace VirtMigration.Execution;

/// <summary>How the hypervisor's own call ended, before anybody asked the hosts.</summary>
/// <param name="Error">What it said; null: that the VM moved.</param>
/// <param name="StopRequested">Whether somebody asked to stop it.</param>
/// <param name="Detached">Whether it was left to go on by itself.</param>
internal sealed record TransferEnd(HypervisorException? Error, bool StopRequested, bool Detached)
{
    /// <summary>Whether this shell heard how it ended: the call was its own, or the event of the completed job came.</summary>
    public bool Heard { get; init; } = true;

    /// <summary>Whether the hypervisor reported that the VM moved; its codes 69 and 93 are errors that mean just that.</summary>
    public bool SaidToHaveMoved =>
        Heard && !Detached && (Error is null || Error.Fault is HypervisorFault.MovedNotPersisted or HypervisorFault.MovedUnconfirmed);
}
