using System.Globalization;
using VirtMigration.Convergence;
using VirtMigration.Ports;
using VirtMigration.Units;
using Xunit;
using Xunit.Abstractions;

namespace VirtMigration.UnitTests.Convergence;

/// <summary>The detector beside VEP 248's, on the same migrations. <c>dotnet test --logger "console;verbosity=detailed"</c> prints the
/// figures.</summary>
public sealed class StallComparisonTests(ITestOutputHelper output)
{
    private static readonly TimeSpan s_window = StallDetector.UsualWindow;
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(400);

    private sealed record Run(TimeSpan? Stalled, TimeSpan? Acts, ByteSize Left);

    [Fact]
    public void It_calls_fewer_migrations_stalled_that_would_have_finished_and_sees_the_others_no_later()
    {
        int falseStalls = 0, theirFalseStalls = 0, falseActs = 0, theirFalseActs = 0, missed = 0, theirMissed = 0, inDrop = 0, theirInDrop = 0;
        List<double> detected = [], theirDetected = [], acted = [], theirActed = [], left = [], theirLeft = [];
        output.WriteLine("{0,-40} {1,-9} {2,-34} {3}", "migration", "alone", "stalled / acts / left", "VEP 248");
        foreach (Story story in Stories.All)
        {
            Run ours = Ours(story), theirs = Theirs(story);
            output.WriteLine("{0,-40} {1,-9} {2,-34} {3}", story, story.Finishes ? $"{story.End.TotalSeconds:0} s" : "never", Text(ours), Text(theirs));
            inDrop += ours.Acts is TimeSpan at && story.InDrop(at) ? 1 : 0;
            theirInDrop += theirs.Acts is TimeSpan then && story.InDrop(then) ? 1 : 0;
            if (story.Finishes)
            {
                falseStalls += ours.Stalled is null ? 0 : 1;
                theirFalseStalls += theirs.Stalled is null ? 0 : 1;
                falseActs += ours.Acts is null ? 0 : 1;
                theirFalseActs += theirs.Acts is null ? 0 : 1;
                continue;
            }

            missed += ours.Stalled is null ? 1 : 0;
            theirMissed += theirs.Stalled is null ? 1 : 0;
            detected.Add((ours.Stalled ?? story.End).TotalSeconds);
            theirDetected.Add((theirs.Stalled ?? story.End).TotalSeconds);

            if (ours.Acts is TimeSpan act && theirs.Acts is TimeSpan theirAct)
            {
                acted.Add(act.TotalSeconds);
                theirActed.Add(theirAct.TotalSeconds);
                left.Add(ours.Left.Bytes / (double)(1 << 20));
                theirLeft.Add(theirs.Left.Bytes / (double)(1 << 20));
            }
        }

        int finishing = Stories.All.Count(story => story.Finishes);
        output.WriteLine($"of {finishing} that finish, called stalled: {falseStalls}, VEP 248 {theirFalseStalls}; acted on: {falseActs}, VEP 248 {theirFalseActs}");
        output.WriteLine($"of {Stories.All.Count - finishing} that never finish, missed: {missed}, VEP 248 {theirMissed}");
        output.WriteLine($"mean time until stalled, one that is missed running on for 40 min: {Mean(detected)} s, VEP 248 {Mean(theirDetected)} s; until acting {Mean(acted)} s, VEP 248 {Mean(theirActed)} s");
        output.WriteLine($"mean left when acting: {Mean(left)} MiB, VEP 248 {Mean(theirLeft)} MiB; acted in a drop of the link: {inDrop}, VEP 248 {theirInDrop}");

        Assert.True(falseStalls < theirFalseStalls, "false stalls");
        Assert.True(falseActs < theirFalseActs, "false actions");
        Assert.Equal(0, missed);
        Assert.True(theirMissed > 0, "the rival misses a dead link");
        Assert.Equal(0, inDrop);
        Assert.True(theirInDrop > 0, "the rival acts in a drop");
        Assert.True(detected.Average() <= theirDetected.Average(), "time until stalled");
        Assert.True(acted.Average() <= theirActed.Average(), "time until acting");
        Assert.True(left.Average() <= theirLeft.Average(), "left when acting");
    }

    private static Run Ours(Story story)
    {
        StallDetector detector = new();
        TimeSpan? stalled = null;
        TimeSpan lastAt = TimeSpan.MinValue / 2;
        int lastPass = 0;
        foreach (MigrationCounters counters in story.Readings)
        {
            // As often as a migration is looked at: once a second, and when a pass begins.
            if (counters.Iteration == lastPass && counters.Elapsed - lastAt < s_interval)
            {
                continue;
            }

            (lastAt, lastPass) = (counters.Elapsed, counters.Iteration);
            detector.Observe(ScheduleMoment.Of(counters));
            StallVerdict verdict = detector.Verdict(s_window);
            stalled ??= verdict == StallVerdict.Progressing ? null : counters.Elapsed;
            if (verdict == StallVerdict.ActNow)
            {
                return new(stalled, counters.Elapsed, counters.MemoryRemaining);
            }
        }

        return new(stalled, null, default);
    }

    private static Run Theirs(Story story)
    {
        Vep248Detector detector = new();
        TimeSpan? stalled = null;
        TimeSpan polled = TimeSpan.MinValue / 2;
        int pass = 0;
        foreach (MigrationCounters counters in story.Readings)
        {
            if (counters.Iteration > Math.Max(pass, 1))
            {
                bool acts = detector.PassBegins(ScheduleMoment.Of(counters));
                stalled ??= detector.Stalled ? counters.Elapsed : null;
                if (acts)
                {
                    return new(stalled, counters.Elapsed, counters.MemoryRemaining);
                }
            }
            else if (counters.Elapsed - polled >= s_poll)
            {
                polled = counters.Elapsed;
                detector.Poll(counters.MemoryRate is Bandwidth rate ? rate.BitsPerSecond / 8.0 : null);
            }

            pass = counters.Iteration;
        }

        return new(stalled, null, default);
    }

    private static string Text(Run run) => string.Create(CultureInfo.InvariantCulture,
        $"{Seconds(run.Stalled),7} {Seconds(run.Acts),7} {(run.Acts is null ? "-" : run.Left.ToString()),10}");

    private static string Seconds(TimeSpan? time) => time is TimeSpan at ? $"{at.TotalSeconds:0.0} s" : "-";

    private static string Mean(List<double> values) => values.Count == 0 ? "none" : values.Average().ToString("0.0", CultureInfo.InvariantCulture);
}
