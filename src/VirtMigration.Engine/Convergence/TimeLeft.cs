namespace VirtMigration.Convergence;

/// <summary>The time left of a migration at the present rates.</summary>
/// <param name="Basis">What it rests on.</param>
/// <param name="Eta">The time; null: not known, or there is no end.</param>
/// <param name="Rate">What the link carries, bytes a second.</param>
/// <param name="Dirty">What the guest writes, bytes a second.</param>
internal readonly record struct TimeLeft(TimeLeftBasis Basis, TimeSpan? Eta, double? Rate, double? Dirty)
{
    // Nobody waits by an estimate of more than a day, and no rate holds for one.
    private static readonly double s_most = TimeSpan.FromDays(1).TotalSeconds;

    public static TimeLeft Of(TimeLeftInput input)
    {
        if (input.Phase is MigrationPhase.Preparing or MigrationPhase.Ended || input.Rate is not double rate)
        {
            return new(TimeLeftBasis.Unknown, null, input.Rate, input.Dirty);
        }

        if (rate <= 0 || (input.Dropped && input.Phase == MigrationPhase.PreCopy))
        {
            return new(TimeLeftBasis.Dropped, null, rate, input.Dirty);
        }

        // In post-copy nothing is sent twice.
        if (input.Phase == MigrationPhase.PostCopy)
        {
            return Bounded(TimeLeftBasis.Rates, input.Remaining / rate, rate, null);
        }

        if (input.Stalled)
        {
            return new(TimeLeftBasis.Stalled, null, rate, input.Dirty);
        }

        return input.Dirty is double dirty
            ? Bounded(TimeLeftBasis.Rates, PreCopy(input, rate, dirty), rate, dirty)
            : Bounded(TimeLeftBasis.AtLeast, input.Remaining / rate, rate, null);
    }

    // Each pass sends what was written during the one before it, until that fits into the downtime. At constant rates each is shorter
    // than the last by the ratio of the two, so their sum is that of a geometric series (Liu et al., HPDC 2011).
    private static double PreCopy(TimeLeftInput input, double rate, double dirty)
    {
        double thisPass = input.Remaining / rate;
        double shrink = dirty / rate;
        if (input.Downtime is not TimeSpan downtime)
        {
            return shrink < 1 && !input.Repeats ? (input.Remaining + (dirty * input.InPass.TotalSeconds)) / (rate - dirty) : double.PositiveInfinity;
        }

        double next = Math.Min(dirty * (input.InPass.TotalSeconds + thisPass), input.Total);
        double fits = downtime.TotalSeconds * rate;
        if (next <= fits || next <= 0)
        {
            return thisPass + (next / rate);
        }

        if (shrink >= 1 || input.Repeats)
        {
            return double.PositiveInfinity;
        }

        double passes = Math.Ceiling(Math.Log(next / fits) / -Math.Log(shrink));
        return thisPass + (next / rate * (1 - Math.Pow(shrink, passes + 1)) / (1 - shrink));
    }

    private static TimeLeft Bounded(TimeLeftBasis basis, double seconds, double rate, double? dirty) =>
        seconds <= s_most ? new(basis, TimeSpan.FromSeconds(Math.Max(0, seconds)), rate, dirty) : new(TimeLeftBasis.Never, null, rate, dirty);
}
