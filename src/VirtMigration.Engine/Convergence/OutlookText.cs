using VirtMigration.Ports;
using VirtMigration.Units;

namespace VirtMigration.Convergence;

/// <summary>A time left and its basis in words, for one line on a screen of 100 columns.</summary>
internal static class OutlookText
{
    public static string? Of(TimeLeft left, StallDetector stall, MigrationCounters counters, ScheduleOutlook? schedule)
    {
        string? next = schedule?.Next is string step ? $"; next step: {step}" : null;
        return left.Basis switch
        {
            TimeLeftBasis.Unknown => "how fast memory is sent is not known yet",
            TimeLeftBasis.Dropped when left.Rate is not > 0 || stall.PresentRate is null => $"nothing is sent now{next}",
            TimeLeftBasis.Dropped => $"the link has dropped to {Text(stall.PresentRate)} from {Text(stall.UsualRate)}{next}",
            TimeLeftBasis.AtLeast => $"at least {About(left.Eta)} left at {Carried(left)}; dirty rate not known yet",
            TimeLeftBasis.Rates when left.Dirty is null => $"about {About(left.Eta)} left at {Carried(left)}",
            TimeLeftBasis.Rates => $"about {About(left.Eta)} left at {Carried(left)}{Downtime(counters, schedule)}",
            TimeLeftBasis.Stalled => $"stalled for {About(Standing(stall))} at {stall.Level}: {Rates(left)}{next}",
            _ when left.Dirty < left.Rate => $"will not finish at this rate: passes begin with {stall.Level} again, link {Carried(left)}{next}",
            _ => $"will not finish at this rate: {Rates(left)}{next}",
        };
    }

    /// <summary>For a post-copy that stands.</summary>
    public static string NothingArrives(TimeSpan still, string source, string? destination) =>
        $"no memory has arrived for {About(still)}: link between {source} and {destination ?? "the destination"}?";

    // By the verdict it is the window at least: a low that was new, though not by the margin, counts for the time only.
    private static TimeSpan Standing(StallDetector stall) => stall.Idle > StallDetector.UsualWindow ? stall.Idle : StallDetector.UsualWindow;

    // Whole seconds: an estimate is no better.
    private static string About(TimeSpan? time) => time is TimeSpan left ? DurationText.Format(TimeSpan.FromSeconds(Math.Max(1, Math.Ceiling(left.TotalSeconds)))) : "a while";

    private static string Rates(TimeLeft left) => left.Dirty is double dirty ? $"dirty {Text(dirty)}, link {Carried(left)}" : $"link {Carried(left)}";

    private static string Carried(TimeLeft left) => Text(left.Rate ?? 0);

    private static string Text(Bandwidth? rate) => Text((rate?.BitsPerSecond ?? 0) / 8.0);

    // As memory people read rates, whatever the link's own unit.
    private static string Text(double bytesPerSecond) => $"{new ByteSize((long)Math.Min(bytesPerSecond, long.MaxValue))}/s";

    // In the first pass QEMU states its limit, for want of an estimate.
    private static string? Downtime(MigrationCounters counters, ScheduleOutlook? schedule) =>
        counters.Iteration > 1 && counters.Downtime is TimeSpan expected && schedule?.Downtime is TimeSpan allowed && expected > allowed
            ? $"; expected downtime {DurationText.Format(expected)}, allowed {DurationText.Format(allowed)}"
            : null;
}
