using VirtMigration.Units;

namespace VirtMigration.Policies;

/// <summary>One step of a schedule.</summary>
public sealed record ConvergenceStep
{
    /// <summary>The step is due in the first pass after this one (1 means: in pass 2); null: in the next new pass after the step
    /// before it.</summary>
    public int? AfterPass { get; init; }

    /// <summary>What it does.</summary>
    public required ConvergenceAction Action { get; init; }

    /// <summary>The downtime to allow, 1 ms to 2,000 s (QEMU's bound); only with <see cref="ConvergenceAction.SetDowntime"/>.</summary>
    public TimeSpan? Downtime { get; init; }

    /// <summary>Allows a downtime after a pass.</summary>
    /// <param name="pass">1 or more.</param>
    /// <param name="milliseconds">The downtime in ms, as the policies' sources state it.</param>
    internal static ConvergenceStep DowntimeAfter(int pass, int milliseconds) => new()
    {
        AfterPass = pass,
        Action = ConvergenceAction.SetDowntime,
        Downtime = TimeSpan.FromMilliseconds(milliseconds),
    };

    /// <summary>In words: <c>pass 3: downtime 200 ms</c>.</summary>
    public override string ToString()
    {
        string what = Action switch
        {
            ConvergenceAction.SetDowntime => $"downtime {DurationText.Format(Downtime ?? TimeSpan.Zero)}",
            ConvergenceAction.StartPostCopy => "post-copy",
            _ => "abort",
        };
        return AfterPass is int pass ? $"pass {pass + 1}: {what}" : $"then: {what}";
    }
}
