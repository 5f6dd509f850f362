using VirtMigration.Inventory;

namespace VirtMigration.Execution;

/// <summary>Says where a VM is from what both hosts say about it.</summary>
public static class EndStateClassifier
{
    /// <summary>The end state.</summary>
    /// <param name="source">What the source says.</param>
    /// <param name="destination">What the destination says.</param>
    /// <param name="saidToHaveMoved">Whether the hypervisor reported that the VM moved (success, or libvirt's codes 69 and 93). It
    /// speaks for a destination that no longer answers, never against one that does.</param>
    public static MigrationEndState Classify(VmObservation source, VmObservation destination, bool saidToHaveMoved)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(destination);
        return (source.Answered, destination.Answered) switch
        {
            (true, true) => Both(source, destination),
            (true, false) => SourceAlone(source, saidToHaveMoved),
            (false, true) => Executes(destination) && !InPostCopy(destination)
                ? MigrationEndState.Moved
                : MigrationEndState.Unknown,
            _ => MigrationEndState.Unknown,
        };
    }

    /// <summary>Whether the answers are final, or the hosts are still clearing the migration away.</summary>
    /// <param name="state">What the answers come to.</param>
    /// <param name="source">What the source says.</param>
    /// <param name="destination">What the destination says.</param>
    public static bool IsSettled(MigrationEndState state, VmObservation source, VmObservation destination)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(destination);
        return !source.Answered || !destination.Answered || state switch
        {
            MigrationEndState.InProgress or MigrationEndState.Unknown => false,
            MigrationEndState.Stayed => !destination.Active,
            _ => true,
        };
    }

    /// <summary>Whether the guest's memory is lost: post-copy had begun, so that neither host has all of it, and one of the two halves is
    /// gone. Both hosts must have said so; a silent one never counts as one that lost its half.</summary>
    /// <param name="source">What the source says.</param>
    /// <param name="destination">What the destination says.</param>
    public static bool LostInPostCopy(VmObservation source, VmObservation destination)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(destination);
        return source.Answered && destination.Answered
            && ((source.Active && source.State == VmPowerState.Paused && source.Reason is VmStateReason.PostCopy or VmStateReason.PostCopyFailed && !destination.Active)
                || (destination.Active && Broken(destination) && !source.Active));
    }

    private static MigrationEndState Both(VmObservation source, VmObservation destination)
    {
        if (!source.Active && !destination.Active)
        {
            return MigrationEndState.Nowhere;
        }

        if (!source.Active)
        {
            // Alone there: running, or paused as its user left it.
            return Broken(destination) ? MigrationEndState.Unknown
                // In post-copy without its source it still lacks pages that nobody has any more, or is about to say that it is through.
                : HoldsIncoming(destination) || destination.Reason == VmStateReason.RunningInPostCopy ? MigrationEndState.InProgress
                : MigrationEndState.Moved;
        }

        if (InPostCopy(source) || InPostCopy(destination))
        {
            // A source in post-copy holds only a part; without a destination nothing can run the guest any more.
            return !destination.Active ? MigrationEndState.Nowhere
                : Broken(source) || Broken(destination) ? MigrationEndState.SplitPostCopy
                : MigrationEndState.InProgress;
        }

        if (!destination.Active)
        {
            return source.JobRunning ? MigrationEndState.InProgress : MigrationEndState.Stayed;
        }

        // The hosts are asked at different moments: with the job under way a switchover may lie between them.
        if (source.JobRunning || source.Reason == VmStateReason.Migration)
        {
            return MigrationEndState.InProgress;
        }

        // Memory that came in but was never started: the destination's daemon is about to clear it away.
        return Executes(source) && Executes(destination) ? MigrationEndState.OnBoth
            : HoldsIncoming(destination) ? MigrationEndState.Stayed
            : MigrationEndState.Unknown;
    }

    // The destination starts a guest only after the source has let go of it, so a source that runs it again, with no job, was told
    // that it stays.
    private static MigrationEndState SourceAlone(VmObservation source, bool saidToHaveMoved) =>
        // Whether the other half is still there only the destination knows.
        Broken(source) ? MigrationEndState.Unknown
        : source.JobRunning ? MigrationEndState.InProgress
        : Executes(source) && !saidToHaveMoved ? MigrationEndState.Stayed
        : source.State == VmPowerState.Paused && source.Reason == VmStateReason.PausedByUser && !saidToHaveMoved ? MigrationEndState.Stayed
        : !source.Active && saidToHaveMoved ? MigrationEndState.Moved
        : MigrationEndState.Unknown;

    private static bool Executes(VmObservation vm) => vm.Active && vm.State is VmPowerState.Running or VmPowerState.Blocked;

    private static bool InPostCopy(VmObservation vm) =>
        vm.Reason is VmStateReason.PostCopy or VmStateReason.PostCopyFailed or VmStateReason.RunningInPostCopy;

    private static bool Broken(VmObservation vm) => vm.Reason == VmStateReason.PostCopyFailed;

    private static bool HoldsIncoming(VmObservation vm) =>
        vm.State == VmPowerState.Paused && vm.Reason is VmStateReason.Migration or VmStateReason.StartingUp;
}
