namespace VirtMigration.Execution;

/// <summary>Where a VM is after a migration ended, as both hosts say.</summary>
public enum MigrationEndState
{
    /// <summary>What the hosts said does not settle it, or the host that matters did not answer. Ask again: Get-VmMigration, Get-VM.</summary>
    Unknown,

    /// <summary>On the destination, and no longer active on the source.</summary>
    Moved,

    /// <summary>On the source; the destination does not run it.</summary>
    Stayed,

    /// <summary>The migration is still under way, in post-copy or because it could not be stopped in time.</summary>
    InProgress,

    /// <summary>Post-copy broke: each host holds a part of the memory and both are needed. Touch neither.</summary>
    SplitPostCopy,

    /// <summary>Active on neither host.</summary>
    Nowhere,

    /// <summary>Running on both hosts: the disks are in danger.</summary>
    OnBoth,
}
