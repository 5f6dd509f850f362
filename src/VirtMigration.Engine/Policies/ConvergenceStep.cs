using Newtonsoft.Json;
using VirtMigration.Units;

namespace VirtMigration.Policies;

/// <summary>One step: when it is due and what it does. All conditions that are stated must hold; a step that states none is due in the
/// next new pass after the step before it, the first one in pass 2. Written as text (<see cref="StepText"/>): <c>pass 3: downtime 200ms</c>.</summary>
[JsonConverter(typeof(StepJsonConverter))]
public sealed record ConvergenceStep
{
    /// <summary>Due in the first pass after this one (1 means: in pass 2; 0: at once).</summary>
    public int? AfterPass { get; init; }

    /// <summary>Due when this time has passed since memory was first sent.</summary>
    public TimeSpan? After { get; init; }

    /// <summary>Due when this time for each GiB that is to be moved has passed since memory was first sent.</summary>
    public TimeSpan? AfterPerGiB { get; init; }

    /// <summary>With <see cref="AfterPerGiB"/>: a smaller VM counts as one of this many GiB; null: it counts as it is.</summary>
    public int? AtLeastGiB { get; init; }

    /// <summary>Due when the memory left has not fallen below its lowest for this long.</summary>
    public TimeSpan? NoProgressFor { get; init; }

    /// <summary>Due when the memory left has risen this often, or the pass found none left, since the step before.</summary>
    public int? AfterRises { get; init; }

    /// <summary>Due when what passes begin with has reached no new low for this long (<see cref="Convergence.StallDetector"/>), 5 s or more;
    /// where it stops the guest or switches it over, at the next low of what is left.</summary>
    public TimeSpan? StalledFor { get; init; }

    /// <summary>What it does.</summary>
    public required ConvergenceAction Action { get; init; }

    /// <summary>The downtime to allow, 1 ms to 2,000 s (QEMU's bound); with <see cref="ConvergenceAction.SetDowntime"/>.</summary>
    public TimeSpan? Downtime { get; init; }

    /// <summary>Instead of <see cref="Downtime"/>: how many times the downtime allowed so far. The step is repeated until
    /// <see cref="UpTo"/> is allowed.</summary>
    public decimal? Factor { get; init; }

    /// <summary>With <see cref="Factor"/>: the most that is allowed; with <see cref="ConvergenceAction.Pause"/>: how long the guest may
    /// stand before the migration is given up; with <see cref="ConvergenceAction.Finish"/>: the longest downtime to allow, null: QEMU's
    /// 2,000 s.</summary>
    public TimeSpan? UpTo { get; init; }

    /// <summary>The most that may be sent; with <see cref="ConvergenceAction.SetBandwidth"/>.</summary>
    public Bandwidth? Bandwidth { get; init; }

    /// <summary>Reads a step: <c>pass 3: downtime 200ms</c>, <c>after 75s/GiB of at least 2GiB: downtime 95ms</c>,
    /// <c>no progress for 150s: abort</c>, <c>after 6 rises: downtime x2 up to 2000s</c>, <c>stalled for 40s: finish</c>,
    /// <c>then: post-copy</c>.</summary>
    /// <param name="text">The text.</param>
    /// <exception cref="VirtMigrationException">PolicyStepInvalid, with what is not understood.</exception>
    public static ConvergenceStep Parse(string text) => StepText.Parse(text);

    /// <summary>Allows a downtime after a pass.</summary>
    /// <param name="pass">1 or more.</param>
    /// <param name="milliseconds">The downtime in ms, as the policies' sources state it.</param>
    internal static ConvergenceStep DowntimeAfter(int pass, int milliseconds) => new()
    {
        AfterPass = pass,
        Action = ConvergenceAction.SetDowntime,
        Downtime = TimeSpan.FromMilliseconds(milliseconds),
    };

    /// <summary>Whether it ends the migration, one way or the other.</summary>
    internal bool EndsIt() =>
        Action is ConvergenceAction.Abort or ConvergenceAction.StartPostCopy or ConvergenceAction.Pause || (Action == ConvergenceAction.Finish && UpTo is null);

    /// <summary>Whether it states no condition.</summary>
    internal bool SaysNothing() =>
        this is { AfterPass: null, After: null, AfterPerGiB: null, NoProgressFor: null, AfterRises: null, StalledFor: null };

    /// <summary>Whether it stops the guest or switches it over, which costs the less the less is left.</summary>
    internal bool WaitsForLow() => Action is ConvergenceAction.StartPostCopy or ConvergenceAction.Pause or ConvergenceAction.Finish;

    /// <summary>As <see cref="Parse"/> reads it.</summary>
    public override string ToString() => StepText.Of(this);
}
