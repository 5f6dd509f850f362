namespace VirtMigration.Cmdlets;

/// <summary>Work of a command that goes on beside its pipeline, and must not be left to nobody's care when the command ends early.</summary>
internal interface IOngoingWork
{
    /// <summary>After Ctrl+C: waits for the aborts, within a bound, and says of each VM where it is. Only the host can still be
    /// written to.</summary>
    void SayAfterStop();

    /// <summary>When the rest of the pipeline wants no more: starts no further VM and sees those under way to their end.</summary>
    void FinishUnderWay();
}
