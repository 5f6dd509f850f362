using VirtMigration.Convergence;
using VirtMigration.Options;
using VirtMigration.Policies;
using VirtMigration.Units;
using Xunit;

namespace VirtMigration.UnitTests.Policies;

/// <summary>The ladders of four other products, written as data in the schedule language and run over simulated migrations. What they
/// must produce is computed beside them from each product's own published rule.</summary>
public sealed class PeerLaddersTests
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    // ovirt-engine, 0000_config.sql, MigrationPolicies of level 4.8: 'stalling limit n' is due in the first pass after pass n, the last
    // items (limit -1) in the next new pass.
    private static readonly Dictionary<string, (int FirstDowntime, string[] Schedule)> s_oVirt = new()
    {
        ["MinimalDowntime"] = (100,
        [
            "pass 2: downtime 150ms", "pass 3: downtime 200ms", "pass 4: downtime 300ms", "pass 5: downtime 400ms", "pass 7: downtime 500ms", "then: abort",
        ]),
        ["SuspendWorkloadIfNeeded"] = (100,
        [
            "pass 2: downtime 150ms", "pass 3: downtime 200ms", "pass 4: downtime 300ms", "pass 5: downtime 400ms", "pass 7: downtime 500ms", "then: downtime 5s",
            "then: abort",
        ]),
        ["PostCopy"] = (100, ["pass 2: downtime 150ms", "pass 3: downtime 200ms", "then: post-copy", "then: abort"]),
        ["VeryLarge"] = (300,
        [
            "pass 2: downtime 400ms", "pass 3: downtime 500ms", "pass 4: downtime 700ms", "pass 5: downtime 1s", "pass 7: downtime 1.5s", "then: downtime 5s",
            "then: abort",
        ]),
    };

    // nova/conf/libvirt.py: live_migration_downtime 500, _steps 10, _delay 75 a GiB with a floor of 2 GiB, completion_timeout 800 a GiB.
    private static readonly Ladder s_nova = new(
        50,
        [
            "after 0s/GiB of at least 2GiB: downtime 50ms",
            "after 75s/GiB of at least 2GiB: downtime 95ms",
            "after 150s/GiB of at least 2GiB: downtime 140ms",
            "after 225s/GiB of at least 2GiB: downtime 185ms",
            "after 300s/GiB of at least 2GiB: downtime 230ms",
            "after 375s/GiB of at least 2GiB: downtime 275ms",
            "after 450s/GiB of at least 2GiB: downtime 320ms",
            "after 525s/GiB of at least 2GiB: downtime 365ms",
            "after 600s/GiB of at least 2GiB: downtime 410ms",
            "after 675s/GiB of at least 2GiB: downtime 455ms",
            "after 750s/GiB of at least 2GiB: downtime 500ms",
        ],
        ["after 800s/GiB of at least 2GiB: abort"]);

    // kubevirt, live-migration-source.go with progressTimeout 150 and completionTimeoutPerGiB 150; maxDowntimeMs 900 is set once.
    private static readonly Ladder s_kubeVirt = new(900, [], ["after 150s/GiB: abort", "no progress for 150s: abort"]);
    private static readonly Ladder s_kubeVirtPostCopy = new(900, [], ["after 150s/GiB: post-copy", "no progress for 150s: abort"]);

    // PVE/QemuMigrate.pm: migrate_downtime 0.1 s, doubled at every 6th pass in which the memory left rose (or was none), up to QEMU's
    // bound. It never gives up, which no policy may, so it is given a day.
    private static readonly Ladder s_proxmox = new(100, ["after 6 rises: downtime x2 up to 2000s"], ["after 24h: abort"]);

    private readonly ManualClock _clock = new();

    public static TheoryData<string> OVirtNames => [.. s_oVirt.Keys];

    public static TheoryData<string> LadderNames => ["Nova", "KubeVirt", "KubeVirtPostCopy", "Proxmox"];

    [Theory]
    [MemberData(nameof(OVirtNames))]
    public void The_ladders_of_oVirt_as_text_are_the_products_own(string name)
    {
        Assert.Equal(BuiltInPolicies.Find(name).Schedule, s_oVirt[name].Schedule.Select(ConvergenceStep.Parse));
        Assert.Equal(BuiltInPolicies.Find(name).InitialDowntime, TimeSpan.FromMilliseconds(s_oVirt[name].FirstDowntime));
    }

    // vdsm looks every 10 s and takes one step where the pass is a new one: the head of the list if its limit is below the pass.
    [Theory]
    [MemberData(nameof(OVirtNames))]
    public void OVirt_goes_by_the_pass_whatever_their_pace(string name)
    {
        (int first, string[] text) = s_oVirt[name];
        for (int seed = 1; seed <= 50; seed++)
        {
            List<int> passes = [1];
            Random random = new(seed);
            while (passes.Count < 20)
            {
                passes.Add(passes[^1] + random.Next(1, seed % 5 == 0 ? 500 : 3));
            }

            List<string> taken = Run(
                new(first, text, []),
                TimeSpan.FromSeconds(10),
                passes.Select((pass, look) => new ScheduleMoment(pass, TimeSpan.FromSeconds(10 * look), Given.GiB(1), Given.GiB(4))));
            Assert.True(OfVdsm(name, passes).SequenceEqual(taken), $"seed {seed}: {string.Join(' ', taken)}");
        }
    }

    [Theory]
    [InlineData(1, 150, 1600)]
    [InlineData(2, 150, 1600)]
    [InlineData(3, 225, 2400)]
    [InlineData(4, 300, 3200)]
    [InlineData(64, 4800, 51200)]
    public void Nova_goes_by_time_and_size(int sizeGiB, int delay, int timeout)
    {
        List<string> taken = Run(s_nova, TimeSpan.Zero, Seconds(timeout + 10).Select(second => new ScheduleMoment(3, second, Given.GiB(1), Given.GiB(sizeGiB))));
        Assert.Equal([.. OfNova(sizeGiB).Select(step => $"{step.Milliseconds}@{step.Second}"), $"abort@{timeout}"], taken);
        Assert.Equal(12, taken.Count);
        Assert.Equal(["50@0", $"95@{delay}", $"140@{2 * delay}"], taken.Take(3));
        Assert.Equal($"500@{10 * delay}", taken[10]);
    }

    [Theory]
    [InlineData(4, 10, 600, "abort@600")]
    [InlineData(4, 3, 300, "abort@450")]
    [InlineData(1, 10, 1, "abort@150")]
    [InlineData(8, 10, 0, "abort@150")]
    [InlineData(16, 10, 2250, "abort@2400")]
    public void KubeVirt_goes_by_progress_and_by_time_a_GiB(int sizeGiB, int fallingMiB, int fallsFor, string published)
    {
        // What is left falls for a time and then swings above its lowest.
        long LeftMiB(int second) => 1_000_000 - (fallingMiB * Math.Min(second, fallsFor)) + (second > fallsFor ? second % 7 : 0);
        List<ScheduleMoment> trace = [.. Enumerable.Range(0, 3000).Select(second => new ScheduleMoment(
            2, second * s_second, ByteSize.FromMebibytes(LeftMiB(second)), Given.GiB(sizeGiB)))];
        Assert.Equal(OfKubeVirt(trace, sizeGiB, "abort"), Run(s_kubeVirt, TimeSpan.Zero, trace).Take(1));
        Assert.Equal(OfKubeVirt(trace, sizeGiB, "post-copy"), Run(s_kubeVirtPostCopy, TimeSpan.Zero, trace).Take(1));
        Assert.Equal([published], Run(s_kubeVirt, TimeSpan.Zero, trace).Take(1));
    }

    [Fact]
    public void KubeVirt_over_all_manner_of_traces()
    {
        for (int seed = 1; seed <= 200; seed++)
        {
            Random random = new(seed);
            int sizeGiB = random.Next(1, 12);
            long left = 4096;
            List<ScheduleMoment> trace = [];
            foreach (TimeSpan second in Seconds(2000))
            {
                left = Math.Clamp(left + random.Next(-30, 28 + (seed % 5)), 1, 8192);
                trace.Add(new(2, second, ByteSize.FromMebibytes(left), Given.GiB(sizeGiB)));
            }

            List<string> taken = Run(s_kubeVirtPostCopy, TimeSpan.Zero, trace);
            Assert.True(OfKubeVirt(trace, sizeGiB, "post-copy").SequenceEqual(taken.Take(1)), $"seed {seed}: {string.Join(' ', taken)}");
        }
    }

    [Fact]
    public void Proxmox_doubles_up_to_QEMUs_bound()
    {
        // Every look finds more left than the one before.
        List<ScheduleMoment> trace = [.. Seconds(200).Select(second => new ScheduleMoment(3, second, ByteSize.FromMebibytes(100 + (long)second.TotalSeconds), Given.GiB(4)))];
        List<string> taken = Run(s_proxmox, TimeSpan.Zero, trace);
        Assert.Equal(
            [
                "200@6", "400@12", "800@18", "1600@24", "3200@30", "6400@36", "12800@42", "25600@48", "51200@54", "102400@60", "204800@66", "409600@72",
                "819200@78", "1638400@84", "2000000@90",
            ],
            taken);
        Assert.Equal(OfProxmox(trace), taken);
    }

    [Fact]
    public void Proxmox_over_all_manner_of_traces()
    {
        for (int seed = 1; seed <= 200; seed++)
        {
            Random random = new(seed);
            List<ScheduleMoment> trace = [.. Seconds(400).Select(second => new ScheduleMoment(
                3, second, ByteSize.FromMebibytes(Math.Max(0, random.Next(-20, 100 + seed))), Given.GiB(4)))];
            List<string> taken = Run(s_proxmox, TimeSpan.Zero, trace);
            Assert.True(OfProxmox(trace).SequenceEqual(taken), $"seed {seed}: {string.Join(' ', taken)}");
            Assert.NotEmpty(taken);
        }
    }

    [Theory]
    [MemberData(nameof(LadderNames))]
    public void Each_of_them_is_a_policy(string name)
    {
        Ladder ladder = name switch
        {
            "Nova" => s_nova,
            "KubeVirt" => s_kubeVirt,
            "KubeVirtPostCopy" => s_kubeVirtPostCopy,
            _ => s_proxmox,
        };
        MigrationPolicy policy = new()
        {
            Name = name,
            Description = $"As {name} does it.",
            MaxConcurrent = 1,
            InitialDowntime = TimeSpan.FromMilliseconds(ladder.FirstDowntime),
            Schedule = [.. ladder.Schedule.Select(ConvergenceStep.Parse)],
            Deadlines = [.. ladder.Deadlines.Select(ConvergenceStep.Parse)],
            StepInterval = TimeSpan.Zero,
        };
        PolicyRules.Check(policy);
        Assert.Equal(name == "KubeVirtPostCopy" ? PostCopyMode.Scheduled : PostCopyMode.Off, policy.PostCopy());
    }

    private static IEnumerable<TimeSpan> Seconds(int count) => Enumerable.Range(0, count).Select(second => second * s_second);

    // The ladder over a trace, each step as what@second.
    private List<string> Run(Ladder ladder, TimeSpan interval, IEnumerable<ScheduleMoment> trace)
    {
        ScheduleController controller = new(
            [.. ladder.Schedule.Select(ConvergenceStep.Parse)],
            [.. ladder.Deadlines.Select(ConvergenceStep.Parse)],
            interval,
            TimeSpan.FromMilliseconds(ladder.FirstDowntime),
            _clock);
        List<string> taken = [];
        TimeSpan at = TimeSpan.Zero;
        foreach (ScheduleMoment moment in trace)
        {
            _clock.Advance(moment.Elapsed - at);
            at = moment.Elapsed;
            if (controller.Due(moment) is DueStep due)
            {
                taken.Add($"{(due.Downtime is TimeSpan downtime ? $"{downtime.TotalMilliseconds}" : What(due.Step))}@{moment.Elapsed.TotalSeconds}");
            }
        }

        return taken;
    }

    private static string What(ConvergenceStep step) => step.Action == ConvergenceAction.StartPostCopy ? "post-copy" : "abort";

    // MonitorThread: items with limits 1, 2, 3, 4, 6 (PostCopy: 1, 2), then the last items with limit -1.
    private static List<string> OfVdsm(string name, List<int> passes)
    {
        (int Limit, string Item)[] rising = name == "VeryLarge"
            ? [(1, "400"), (2, "500"), (3, "700"), (4, "1000"), (6, "1500")]
            : [(1, "150"), (2, "200"), (3, "300"), (4, "400"), (6, "500")];
        (int Limit, string Item)[] last = name switch
        {
            "MinimalDowntime" => [(-1, "abort")],
            "PostCopy" => [(-1, "post-copy"), (-1, "abort")],
            _ => [(-1, "5000"), (-1, "abort")],
        };
        Queue<(int Limit, string Item)> items = new([.. name == "PostCopy" ? rising[..2] : rising, .. last]);
        List<string> taken = [];
        for (int look = 1; look < passes.Count; look++)
        {
            if (passes[look] > passes[look - 1] && items.TryPeek(out (int Limit, string Item) head) && head.Limit < passes[look])
            {
                taken.Add($"{items.Dequeue().Item}@{10 * look}");
            }
        }

        return taken;
    }

    // nova.virt.libvirt.migration.downtime_steps.
    private static IEnumerable<(int Second, int Milliseconds)> OfNova(int sizeGiB)
    {
        const int Downtime = 500;
        const int Steps = 10;
        int delay = 75 * Math.Max(2, sizeGiB);
        int least = Downtime / Steps;
        int offset = (Downtime - least) / Steps;
        return Enumerable.Range(0, Steps + 1).Select(i => (delay * i, least + (offset * i)));
    }

    // migrationMonitor: the watermark is the least that was left; the timeout is looked at before the progress.
    private static List<string> OfKubeVirt(IEnumerable<ScheduleMoment> trace, int sizeGiB, string onTimeout)
    {
        long watermark = long.MaxValue;
        TimeSpan lastProgress = TimeSpan.Zero;
        foreach (ScheduleMoment moment in trace)
        {
            if (moment.Remaining.Bytes < watermark)
            {
                watermark = moment.Remaining.Bytes;
                lastProgress = moment.Elapsed;
            }

            if (moment.Elapsed.TotalSeconds >= 150 * sizeGiB)
            {
                return [$"{onTimeout}@{moment.Elapsed.TotalSeconds}"];
            }

            if ((moment.Elapsed - lastProgress).TotalSeconds >= 150)
            {
                return [$"abort@{moment.Elapsed.TotalSeconds}"];
            }
        }

        return [];
    }

    // phase2: a counter of rises, set back when it is above 5.
    private static List<string> OfProxmox(IEnumerable<ScheduleMoment> trace)
    {
        long? before = null;
        int counter = 0;
        long downtime = 100;
        List<string> taken = [];
        foreach (ScheduleMoment moment in trace)
        {
            if (before is long last && (moment.Remaining.Bytes > last || moment.Remaining.Bytes == 0))
            {
                counter++;
            }

            before = moment.Remaining.Bytes;
            if (counter > 5 && downtime < 2_000_000)
            {
                counter = 0;
                downtime = Math.Min(2 * downtime, 2_000_000);
                taken.Add($"{downtime}@{moment.Elapsed.TotalSeconds}");
            }
        }

        return taken;
    }

    private sealed record Ladder(int FirstDowntime, string[] Schedule, string[] Deadlines);
}
