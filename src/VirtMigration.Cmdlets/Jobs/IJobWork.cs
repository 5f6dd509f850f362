namespace VirtMigration.Cmdlets.Jobs;

/// <summary>What a job does for its VMs.</summary>
internal interface IJobWork : IDisposable
{
    /// <summary>Says everything until the work ended; on the job's own thread.</summary>
    void DrainToEnd();

    /// <summary>Stops it all, without waiting: nothing more is started, what is in pre-copy is aborted, what is in post-copy left to go on.
    /// On any thread, also when it has ended.</summary>
    void Stop();

    /// <summary>Stops one VM in the same manner. On any thread, also when it has ended.</summary>
    /// <param name="vm">The VM.</param>
    void Stop(Guid vm);
}
