namespace VirtMigration.Execution;

/// <summary>What a VM that waits means for those after it.</summary>
public enum QueueOrder
{
    /// <summary>VMs that share a host with it wait too: they start in the order they were given.</summary>
    Kept,

    /// <summary>Those whose slots are free pass it, so that no slot stays free. One that needs its hosts for itself is not passed for
    /// ever: once it is the first of its source, nothing new starts on its two hosts until it ran. Of several that want one host so, the
    /// first keeps its hosts free, and the others are passed on theirs until it is their turn.</summary>
    Passing,
}
