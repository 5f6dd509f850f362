using System.Globalization;
using VirtMigration.Policies;
using VirtMigration.Units;
using Xunit;

namespace VirtMigration.UnitTests.Policies;

public sealed class StepTextTests
{
    public static TheoryData<string, ConvergenceStep> Forms => new()
    {
        { "then: abort", new() { Action = ConvergenceAction.Abort } },
        { "then: post-copy", new() { Action = ConvergenceAction.StartPostCopy } },
        { "then: pause up to 30 s", new() { Action = ConvergenceAction.Pause, UpTo = TimeSpan.FromSeconds(30) } },
        { "then: downtime 5 s", new() { Action = ConvergenceAction.SetDowntime, Downtime = TimeSpan.FromSeconds(5) } },
        {
            "then: downtime x1.5 up to 2000 s",
            new() { Action = ConvergenceAction.SetDowntime, Factor = 1.5m, UpTo = TimeSpan.FromSeconds(2000) }
        },
        { "then: bandwidth 5 Gbps", new() { Action = ConvergenceAction.SetBandwidth, Bandwidth = Bandwidth.Parse("5Gbps") } },
        { "then: bandwidth 500 MiB/s", new() { Action = ConvergenceAction.SetBandwidth, Bandwidth = Bandwidth.Parse("500MiB/s") } },
        { "then: bandwidth unlimited", new() { Action = ConvergenceAction.SetBandwidth, Bandwidth = Bandwidth.Unlimited } },
        { "pass 2: abort", new() { Action = ConvergenceAction.Abort, AfterPass = 1 } },
        { "after 90 s: abort", new() { Action = ConvergenceAction.Abort, After = TimeSpan.FromSeconds(90) } },
        { "after 0 ms: abort", new() { Action = ConvergenceAction.Abort, After = TimeSpan.Zero } },
        { "after 2 min/GiB: abort", new() { Action = ConvergenceAction.Abort, AfterPerGiB = TimeSpan.FromMinutes(2) } },
        {
            "after 75 s/GiB of at least 2 GiB: abort",
            new() { Action = ConvergenceAction.Abort, AfterPerGiB = TimeSpan.FromSeconds(75), AtLeastGiB = 2 }
        },
        { "no progress for 150 s: abort", new() { Action = ConvergenceAction.Abort, NoProgressFor = TimeSpan.FromSeconds(150) } },
        { "after 6 rises: abort", new() { Action = ConvergenceAction.Abort, AfterRises = 6 } },
        { "stalled for 40 s: post-copy", new() { Action = ConvergenceAction.StartPostCopy, StalledFor = TimeSpan.FromSeconds(40) } },
        { "then: finish", new() { Action = ConvergenceAction.Finish } },
        { "then: finish up to 30 s", new() { Action = ConvergenceAction.Finish, UpTo = TimeSpan.FromSeconds(30) } },
        {
            "pass 3 and after 1 h and after 1 s/GiB and no progress for 1.5 ms and after 1 rises: downtime 200 ms",
            new()
            {
                Action = ConvergenceAction.SetDowntime,
                Downtime = TimeSpan.FromMilliseconds(200),
                AfterPass = 2,
                After = TimeSpan.FromHours(1),
                AfterPerGiB = TimeSpan.FromSeconds(1),
                NoProgressFor = TimeSpan.FromMilliseconds(1.5),
                AfterRises = 1,
            }
        },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public void Every_form_is_read_and_written_alike(string text, ConvergenceStep step)
    {
        Assert.Equal(step, ConvergenceStep.Parse(text));
        Assert.Equal(text, step.ToString());
    }

    [Theory]
    [InlineData("PASS 3: Downtime 200MS", "pass 3: downtime 200 ms")]
    [InlineData("  pass  3  :  downtime  0.2s  ", "pass 3: downtime 200 ms")]
    [InlineData("Then:Abort", "then: abort")]
    [InlineData("after 1 rise: abort", "after 1 rises: abort")]
    [InlineData("No Progress For 2.5min:Post-Copy", "no progress for 150 s: post-copy")]
    [InlineData("after 75s / GiB OF AT LEAST 2GiB: abort", "after 75 s/GiB of at least 2 GiB: abort")]
    [InlineData("after 75s/gib of at least 2048MiB: abort", "after 75 s/GiB of at least 2 GiB: abort")]
    [InlineData("pass 2 AND no progress for 10s: abort", "pass 2 and no progress for 10 s: abort")]
    [InlineData("no progress for 10s and pass 2: abort", "pass 2 and no progress for 10 s: abort")]
    [InlineData("then: downtime X 2 up to 1h", "then: downtime x2 up to 1 h")]
    [InlineData("then: pause UP TO 2min", "then: pause up to 2 min")]
    [InlineData("then: bandwidth 1000Mbps", "then: bandwidth 1 Gbps")]
    public void Case_blanks_and_units_are_as_people_like(string text, string written)
    {
        ConvergenceStep step = ConvergenceStep.Parse(text);
        Assert.Equal(written, step.ToString());
        Assert.Equal(step, ConvergenceStep.Parse(written));
    }

    [Theory]
    [InlineData("abort", "no colon")]
    [InlineData("", "no colon")]
    [InlineData("then: ", "the action '' is not known")]
    [InlineData("then: stop", "the action 'stop' is not known")]
    [InlineData("then: setDowntime 200ms", "the action 'setDowntime 200ms' is not known")]
    [InlineData("then: abort now", "the action 'abort now' is not known")]
    [InlineData("then: post-copy 3", "the action 'post-copy 3' is not known")]
    [InlineData("then: downtime", "'' is not a duration")]
    [InlineData("then: downtime 200", "'200' is not a duration")]
    [InlineData("then: downtime -200ms", "'-200ms' is not a duration")]
    [InlineData("then: downtime x2", "'x2' is not a duration")]
    [InlineData("then: downtime x1.2.3 up to 5s", "'x1.2.3' is no number")]
    [InlineData("then: downtime x2 up to 2000", "'2000' is not a duration")]
    [InlineData("then: bandwidth", "'' is not a bandwidth")]
    [InlineData("then: bandwidth 10G", "'10G' is not a bandwidth")]
    [InlineData("then: bandwidth 100MB", "'100MB' is not a bandwidth")]
    [InlineData("then: pause", "a pause needs its bound")]
    [InlineData("then: pause 30s", "a pause needs its bound")]
    [InlineData("then: pause up to soon", "'soon' is not a duration")]
    [InlineData(": abort", "the condition '' is not known")]
    [InlineData("sometimes: abort", "the condition 'sometimes' is not known")]
    [InlineData("then and pass 3: abort", "the condition 'then' is not known")]
    [InlineData("pass 3 or pass 4: abort", "the condition 'pass 3 or pass 4' is not known")]
    [InlineData("pass three: abort", "the condition 'pass three' is not known")]
    [InlineData("pass 0: abort", "'pass 0' must count 1 or more")]
    [InlineData("pass -3: abort", "the condition 'pass -3' is not known")]
    [InlineData("pass 99999999999: abort", "'pass 99999999999' must count 1 or more")]
    [InlineData("after 0 rises: abort", "'after 0 rises' must count 1 or more")]
    [InlineData("after: abort", "the condition 'after' is not known")]
    [InlineData("after 90: abort", "'90' is not a duration")]
    [InlineData("after 75/GiB: abort", "'75' is not a duration")]
    [InlineData("after 75s/GB: abort", "'75s/GB' is not a duration")]
    [InlineData("after 75s/GiB of at least 2: abort", "'2' is not an amount of memory")]
    [InlineData("no progress for ever: abort", "'ever' is not a duration")]
    [InlineData("no progress: abort", "the condition 'no progress' is not known")]
    public void What_is_not_understood_is_named(string text, string reason) => Refused(text, reason);

    // Of two like it one would be lost, and what is written would not be what is done.
    [Theory]
    [InlineData("pass 3 and pass 5: abort")]
    [InlineData("after 10s and after 20s: abort")]
    [InlineData("after 1 rises and after 2 rises: abort")]
    [InlineData("no progress for 1s and no progress for 2s: abort")]
    [InlineData("after 1s/GiB and after 2s/GiB: abort")]
    public void A_condition_is_stated_once(string text) => Refused(text, "'");

    [Theory]
    [InlineData("after 1s/GiB of at least 3000000000GiB: abort")]
    [InlineData("then: downtime x99999999999999999999999999999999 up to 2000s")]
    public void A_number_beyond_all_reason_is_refused_like_any_other(string text) => Refused(text, "'");

    [Fact]
    public void Whatever_is_written_is_read_back_as_it_was()
    {
        const int Seed = 20260901;
        Random random = new(Seed);
        for (int i = 0; i < 5000; i++)
        {
            ConvergenceStep step = AnyStep(random);
            string text = step.ToString();
            ConvergenceStep read = ConvergenceStep.Parse(text);
            Assert.True(step == read, $"seed {Seed}, step {i}: '{text}' was read as '{read}'");
            Assert.Equal(text, read.ToString());
        }
    }

    [Fact]
    public void It_is_written_the_same_in_every_culture()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        CultureInfo comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        comma.NumberFormat.NumberDecimalSeparator = ",";
        try
        {
            CultureInfo.CurrentCulture = comma;
            Assert.Equal("no progress for 1.5 ms: downtime x1.5 up to 2.5 ms", ConvergenceStep.Parse("no progress for 1.5ms: downtime x1.5 up to 2.5ms").ToString());
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    private static void Refused(string text, string reason)
    {
        VirtMigrationException error = Assert.Throws<VirtMigrationException>(() => ConvergenceStep.Parse(text));
        Assert.Equal("PolicyStepInvalid", error.ErrorId);
        Assert.Equal(text, error.Target);
        Assert.StartsWith($"'{text}' is not a step of a schedule: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(reason, error.Message[(text.Length + 2)..], StringComparison.Ordinal);
        Assert.Contains("\"then: abort\"", error.RecommendedAction, StringComparison.Ordinal);
    }

    private static ConvergenceStep AnyStep(Random random)
    {
        ConvergenceStep step = random.Next(6) switch
        {
            0 => new() { Action = ConvergenceAction.Abort },
            1 => new() { Action = ConvergenceAction.StartPostCopy },
            2 => new() { Action = ConvergenceAction.Pause, UpTo = AnyTime(random) },
            3 => new() { Action = ConvergenceAction.SetDowntime, Downtime = AnyTime(random) },
            4 => new() { Action = ConvergenceAction.SetDowntime, Factor = 1 + (random.Next(1, 100_000_000) / 10_000_000m), UpTo = AnyTime(random) },
            _ => new() { Action = ConvergenceAction.SetBandwidth, Bandwidth = AnyRate(random) },
        };
        bool perGiB = random.Next(2) == 0;
        return step with
        {
            AfterPass = random.Next(2) == 0 ? random.Next(1, 10_000) : null,
            After = random.Next(2) == 0 ? AnyTime(random) : null,
            AfterPerGiB = perGiB ? AnyTime(random) : null,
            AtLeastGiB = perGiB && random.Next(2) == 0 ? random.Next(1, 100_000) : null,
            NoProgressFor = random.Next(2) == 0 ? AnyTime(random) : null,
            AfterRises = random.Next(2) == 0 ? random.Next(1, 1000) : null,
        };
    }

    // Ticks, milliseconds, seconds, minutes and hours alike.
    private static TimeSpan AnyTime(Random random) => random.Next(5) switch
    {
        0 => TimeSpan.FromTicks(random.NextInt64(1, TimeSpan.TicksPerDay)),
        1 => TimeSpan.FromMilliseconds(random.Next(1, 2_000_000)),
        2 => TimeSpan.FromSeconds(random.Next(1, 100_000)),
        3 => TimeSpan.FromMinutes(random.Next(1, 1000)),
        _ => TimeSpan.FromHours(random.Next(1, 100)),
    };

    private static Bandwidth AnyRate(Random random) => random.Next(4) switch
    {
        0 => Bandwidth.FromBitsPerSecond(random.NextInt64(1, 1_000_000_000_000)),
        1 => Bandwidth.FromMegabitsPerSecond(random.Next(1, 1_000_000)),
        2 => Bandwidth.FromMebibytesPerSecond(random.Next(1, 1_000_000)),
        _ => Bandwidth.Unlimited,
    };
}
