using VirtMigration.Inventory;

namespace VirtMigration.Execution;

/// <summary>The two halves of a VM in post-copy, found in what all hosts say of it.</summary>
/// <param name="Source">The host that holds the memory which has not followed; null: none that answered does.</param>
/// <param name="Destination">The host that the guest runs on, or ran on; null: none that answered does.</param>
/// <param name="Silent">The hosts that did not answer.</param>
public sealed record PostCopySides(VmObservation? Source, VmObservation? Destination, IReadOnlyList<VmObservation> Silent)
{
    /// <summary>Finds them.</summary>
    /// <param name="said">What each registered host says of the VM.</param>
    /// <param name="recorded">The destination that the record of this migration names; null: there is none.</param>
    public static PostCopySides Of(IReadOnlyList<VmObservation> said, string? recorded)
    {
        ArgumentNullException.ThrowIfNull(said);
        VmObservation? source = said.Where(HoldsRest).OrderBy(one => one.Host.Equals(recorded, StringComparison.OrdinalIgnoreCase)).FirstOrDefault();
        List<VmObservation> others = [.. said.Where(one => one != source)];
        VmObservation? destination = others.FirstOrDefault(one => one.Active && (source is not null || RunsInPostCopy(one)));

        // A QEMU that died leaves a definition that was kept there early, or nothing at all, and others may have an old one: only the
        // record knows where it was.
        destination ??= source is null ? null : others.FirstOrDefault(one => one.Answered && one.Host.Equals(recorded, StringComparison.OrdinalIgnoreCase));
        return new(source, destination, (VmObservation[])[.. said.Where(one => !one.Answered)]);
    }

    /// <summary>How it stands.</summary>
    public PostCopyCondition Condition => (Source, Destination) switch
    {
        (null, null) => PostCopyCondition.None,
        (null, _) => Silent.Count > 0 ? PostCopyCondition.HalfUnseen : PostCopyCondition.Lost,
        (_, null) => PostCopyCondition.HalfUnseen,
        _ when !Destination.Active => PostCopyCondition.Lost,
        _ when Failed(Source) && Failed(Destination) => PostCopyCondition.Broken,
        _ when Failed(Source) || Failed(Destination) => PostCopyCondition.HalfNoticed,
        _ => PostCopyCondition.UnderWay,
    };

    private static bool HoldsRest(VmObservation vm) =>
        vm is { Answered: true, Active: true, State: VmPowerState.Paused, Reason: VmStateReason.PostCopy or VmStateReason.PostCopyFailed };

    private static bool RunsInPostCopy(VmObservation vm) =>
        vm.State != VmPowerState.Paused && vm.Reason is VmStateReason.RunningInPostCopy or VmStateReason.PostCopyFailed;

    private static bool Failed(VmObservation vm) => vm.Reason == VmStateReason.PostCopyFailed;
}
