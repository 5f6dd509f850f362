using VirtMigration.Convergence;
using VirtMigration.Units;

namespace VirtMigration.Execution;

/// <summary>A migration under way anywhere in the clusters, whoever started it.</summary>
public sealed record VmMigration
{
    /// <summary>The VM's name.</summary>
    public required string VM { get; init; }

    /// <summary>The VM's UUID.</summary>
    public required Guid Uuid { get; init; }

    /// <summary>The host it leaves; null: not one of the registered hosts that answered.</summary>
    public string? Source { get; init; }

    /// <summary>The host it goes to; null: not one of the registered hosts that answered.</summary>
    public string? Destination { get; init; }

    /// <summary>Where it is; null: only the source could say.</summary>
    public MigrationPhase? Phase { get; init; }

    /// <summary>How much is done, in percent; an estimate.</summary>
    public int? Percent { get; init; }

    /// <summary>The pass over memory.</summary>
    public int? Pass { get; init; }

    /// <summary>What is still to be sent in this pass.</summary>
    public ByteSize? Remaining { get; init; }

    /// <summary>All memory.</summary>
    public ByteSize? Total { get; init; }

    /// <summary>The rate of sending.</summary>
    public Bandwidth? Rate { get; init; }

    /// <summary>The rate at which the guest writes.</summary>
    public Bandwidth? DirtyRate { get; init; }

    /// <summary>Time since the start.</summary>
    public TimeSpan? Elapsed { get; init; }

    /// <summary>The time left at the present rates: an estimate from one look; null: not known, or it will not finish at these rates.</summary>
    public TimeSpan? Eta { get; init; }

    /// <summary>What the time left rests on, in words, or what a queued one waits for; null: only the source could say.</summary>
    public string? Outlook { get; init; }

    /// <summary>Its place in the queue it waits in, from 1; null: it does not wait.</summary>
    public int? QueuePosition { get; init; }

    /// <summary>The policy it was started with; null: not started by this product.</summary>
    public string? Policy { get; init; }

    /// <summary>Who drives it, in words: an operator with the process, <c>unattended</c> where that process is gone, or that somebody
    /// else started it.</summary>
    public required string Controller { get; init; }

    /// <summary>Whether a shell of this product runs its schedule; null: it was started elsewhere, or on a machine that cannot be asked.</summary>
    public bool? Attended { get; init; }
}
