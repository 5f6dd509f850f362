namespace VirtMigration.Execution;

/// <summary>Told what an evacuation does, on whatever thread it happens. Of the queue it hears every attempt; a VM's last word is
/// <see cref="Settled"/>.</summary>
public interface IEvacuationObserver : IQueueObserver
{
    /// <summary>A VM failed and is tried again.</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="why">Why it failed.</param>
    /// <param name="after">When it is tried again.</param>
    void TryingAgain(string vm, string why, TimeSpan after);

    /// <summary>What became of a VM: once for each.</summary>
    /// <param name="vm">The VM.</param>
    void Settled(EvacuatedVm vm);

    /// <summary>How far all is.</summary>
    /// <param name="progress">How far.</param>
    void Overall(EvacuationProgress progress);

    /// <summary>Something that no VM's result tells.</summary>
    /// <param name="notice">In a sentence.</param>
    void Noticed(string notice);
}
