using VirtMigration.Planning;
using VirtMigration.Ports;
using VirtMigration.Units;

namespace VirtMigration.Execution;

/// <summary>A recovery that was checked against both hosts and not begun.</summary>
public sealed record ProposedResume
{
    /// <summary>What is handed to the hypervisor, in the form of a plan without a schedule.</summary>
    public required MigrationPlan Plan { get; init; }

    /// <summary>How the migration stands: Broken, HalfNoticed or Standing.</summary>
    public required PostCopyCondition Condition { get; init; }

    /// <summary>The memory that is only on the source; null: it does not tell.</summary>
    public ByteSize? Remaining { get; init; }

    /// <summary>How long no memory has arrived, where it stands.</summary>
    public TimeSpan? Still { get; init; }

    /// <summary>What should be known before it begins.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>The definition on the source, which is gone when the VM has moved; null: a transient VM.</summary>
    internal SavedDefinition? Saved { get; init; }

    /// <summary>In words, for the question: <c>Recover the post-copy migration of VM 'web1' from h1 to h2; 118 MiB of its memory are still on h1</c>.</summary>
    public override string ToString()
    {
        string rest = Remaining is ByteSize left ? $"; {left} of its memory are still on {Plan.Source}" : string.Empty;
        string way = $"the post-copy migration of VM '{Plan.VM}' from {Plan.Source} to {Plan.Destination}";
        return Condition == PostCopyCondition.Standing
            ? $"Give up the connection of {way}, through which no memory has come for {DurationText.Exact(TimeSpan.FromSeconds(Math.Floor(Still?.TotalSeconds ?? 0)))}, and recover it over a new one{rest}"
            : $"Recover {way}{rest}";
    }
}
