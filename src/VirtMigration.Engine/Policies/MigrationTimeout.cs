namespace VirtMigration.Policies;

/// <summary>How long a migration may take: a time, or a time for each GiB that is to be moved.</summary>
public sealed record MigrationTimeout
{
    // KubeVirt's bound for a guest that was stopped for its switchover (DefaultSwitchoverTimeout, 60 s).
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(60);

    private readonly ConvergenceStep _when;

    private MigrationTimeout(ConvergenceStep when) => _when = when;

    /// <summary>Reads <c>10min</c>, <c>150s/GiB</c> or <c>150s/GiB of at least 2GiB</c>.</summary>
    /// <param name="text">The text.</param>
    /// <exception cref="VirtMigrationException">TimeoutInvalid: it is none of these, or no time at all.</exception>
    public static MigrationTimeout Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        ConvergenceStep? when;
        try
        {
            when = ConvergenceStep.Parse($"after {text}: abort");
        }
        catch (VirtMigrationException)
        {
            when = null;
        }

        return when is not null && (when.After ?? when.AfterPerGiB) > TimeSpan.Zero && when == Bare(when)
            ? new(when)
            : throw new VirtMigrationException("TimeoutInvalid", $"'{text}' is not a timeout: it needs a time above 0 with its unit, in all or for each GiB.",
                "Write it as 10min, 150s/GiB or '150s/GiB of at least 2GiB'.", text);
    }

    /// <summary>The deadline that does this.</summary>
    /// <param name="action">What is done then.</param>
    public ConvergenceStep ToStep(TimeoutAction action) => _when with
    {
        Action = action switch
        {
            TimeoutAction.PostCopy => ConvergenceAction.StartPostCopy,
            TimeoutAction.Pause => ConvergenceAction.Pause,
            TimeoutAction.Finish => ConvergenceAction.Finish,
            _ => ConvergenceAction.Abort,
        },
        UpTo = action == TimeoutAction.Pause ? s_longestPause : null,
    };

    // A text such as "5s and pass 2" states more than a time.
    private static ConvergenceStep Bare(ConvergenceStep step) => new()
    {
        Action = ConvergenceAction.Abort,
        After = step.After,
        AfterPerGiB = step.AfterPerGiB,
        AtLeastGiB = step.AtLeastGiB,
    };

    /// <summary>As <see cref="Parse"/> reads it.</summary>
    public override string ToString() => _when.ToString()["after ".Length..^": abort".Length];
}
