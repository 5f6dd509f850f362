namespace VirtMigration.Execution;

/// <summary>What a VM that waits means for those after it.</summary>
public enum QueueOrder
{
    /// <summary>VMs that share a host with it wait too: they start in the order they were given.</summary>
    Kept,

    /// <summary>Those whose slots are free pass it, so that no slot stays free; one that needs its hosts for itself is not passed for
    /// ever.</summary>
    Passing,
}
