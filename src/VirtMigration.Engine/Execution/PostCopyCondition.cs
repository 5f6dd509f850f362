namespace VirtMigration.Execution;

/// <summary>How a migration in post-copy stands, by what both hosts say.</summary>
public enum PostCopyCondition
{
    /// <summary>No host shows a migration of the VM in post-copy.</summary>
    None,

    /// <summary>Under way. Whether memory flows only the counters tell.</summary>
    UnderWay,

    /// <summary>Under way, but no memory arrives.</summary>
    Standing,

    /// <summary>One host has given it up, the other has not noticed.</summary>
    HalfNoticed,

    /// <summary>Both hosts have given it up, and each keeps its half: it can be recovered.</summary>
    Broken,

    /// <summary>One of the halves is gone, and the guest's memory with it.</summary>
    Lost,

    /// <summary>The host that may hold the other half does not answer, or is not registered.</summary>
    HalfUnseen,
}
