using VirtMigration.Options;
using VirtMigration.Policies;
using VirtMigration.Units;
using Xunit;

namespace VirtMigration.UnitTests.Policies;

public sealed class PolicyRulesTests
{
    private static readonly MigrationPolicy s_good = new()
    {
        Name = "Night",
        Description = "For the night.",
        MaxConcurrent = 2,
        InitialDowntime = TimeSpan.FromMilliseconds(100),
        Schedule = Steps("pass 2: downtime 200ms", "then: abort"),
    };

    // Each case: how it differs from a good policy, the error (null: none), and what the error must say.
    private static readonly Dictionary<string, (Func<MigrationPolicy, MigrationPolicy> Change, string? ErrorId, string Says)> s_cases = new()
    {
        ["as it is"] = (it => it, null, string.Empty),
        ["name of letters, digits, dots and dashes"] = (it => it with { Name = "Night-2.b_c" }, null, string.Empty),
        ["no name"] = (it => it with { Name = string.Empty }, "PolicyNameInvalid", "''"),
        ["name with a blank"] = (it => it with { Name = "Night shift" }, "PolicyNameInvalid", "'Night shift'"),
        ["name with a wildcard"] = (it => it with { Name = "Night*" }, "PolicyNameInvalid", "'Night*'"),
        ["name with a comma"] = (it => it with { Name = "a,b" }, "PolicyNameInvalid", "'a,b'"),
        ["name that means none of its own"] = (it => it with { Name = "clustervalue" }, "PolicyNameInvalid", "'clustervalue'"),
        ["name that means the default"] = (it => it with { Name = "Default" }, "PolicyNameInvalid", "'Default'"),

        ["one at a time"] = (it => it with { MaxConcurrent = 1 }, null, string.Empty),
        ["none at a time"] = (it => it with { MaxConcurrent = 0 }, "PolicyInvalid", "0 migrations at a time"),
        ["fewer than none at a time"] = (it => it with { MaxConcurrent = -1 }, "PolicyInvalid", "-1 migrations at a time"),

        ["throttle at its least"] = (it => it with { AutoConverge = true, AutoConvergeInitial = 1, AutoConvergeIncrement = 1 }, null, string.Empty),
        ["throttle at its most"] = (it => it with { AutoConverge = true, AutoConvergeInitial = 99, AutoConvergeIncrement = 99 }, null, string.Empty),
        ["first throttle of 0"] = (it => it with { AutoConverge = true, AutoConvergeInitial = 0 }, "PolicyInvalid", "AutoConvergeInitial 0"),
        ["first throttle of 100"] = (it => it with { AutoConverge = true, AutoConvergeInitial = 100 }, "PolicyInvalid", "AutoConvergeInitial 100"),
        ["further throttle of 0"] = (it => it with { AutoConverge = true, AutoConvergeIncrement = 0 }, "PolicyInvalid", "AutoConvergeIncrement 0"),
        ["further throttle of 100"] = (it => it with { AutoConverge = true, AutoConvergeIncrement = 100 }, "PolicyInvalid", "AutoConvergeIncrement 100"),
        ["first throttle without auto-converge"] = (it => it with { AutoConvergeInitial = 20 }, "PolicyInvalid", "AutoConvergeInitial is stated but auto-converge is off"),
        ["further throttle without auto-converge"] = (it => it with { AutoConvergeIncrement = 20 }, "PolicyInvalid", "AutoConvergeIncrement is stated but auto-converge is off"),

        ["cache at its least"] = (it => it with { Compression = CompressionMethod.Xbzrle, XbzrleCacheShare = 1 }, null, string.Empty),
        ["cache at its most"] = (it => it with { Compression = CompressionMethod.Xbzrle, XbzrleCacheShare = 100 }, null, string.Empty),
        ["cache of 0 percent"] = (it => it with { Compression = CompressionMethod.Xbzrle, XbzrleCacheShare = 0 }, "PolicyInvalid", "0 percent"),
        ["cache of 101 percent"] = (it => it with { Compression = CompressionMethod.Xbzrle, XbzrleCacheShare = 101 }, "PolicyInvalid", "101 percent"),
        ["cache without XBZRLE"] = (it => it with { Compression = CompressionMethod.Zstd, XbzrleCacheShare = 10 }, "PolicyInvalid", "compression is Zstd"),
        ["compression nobody knows"] = (it => it with { Compression = (CompressionMethod)99 }, "PolicyInvalid", "99"),

        ["shortest downtime"] = (it => it with { InitialDowntime = TimeSpan.FromMilliseconds(1) }, null, string.Empty),
        ["longest downtime"] = (it => it with { InitialDowntime = TimeSpan.FromSeconds(2000), Schedule = Steps("then: abort") }, null, string.Empty),
        ["downtime of 0"] = (it => it with { InitialDowntime = TimeSpan.Zero }, "DowntimeOutOfRange", "0 ms"),
        ["downtime below 1 ms"] = (it => it with { InitialDowntime = TimeSpan.FromMilliseconds(0.5) }, "DowntimeOutOfRange", "0.5 ms"),
        ["downtime above 2000 s"] = (it => it with { InitialDowntime = TimeSpan.FromMilliseconds(2000001) }, "DowntimeOutOfRange", "2000001 ms"),
        ["step's downtime of 0"] = (it => With(it, "then: downtime 0ms", "then: abort"), "DowntimeOutOfRange", "0 ms"),
        ["step's downtime above 2000 s"] = (it => With(it, "then: downtime 2001s", "then: abort"), "DowntimeOutOfRange", "2001 s"),
        ["factor's bound above 2000 s"] = (it => With(it, "then: downtime x2 up to 1h", "then: abort"), "DowntimeOutOfRange", "1 h"),
        ["deadline's downtime above 2000 s"] = (it => it with { Deadlines = Steps("after 9s: downtime 2001s") }, "DowntimeOutOfRange", "2001 s"),

        ["no time between steps"] = (it => it with { StepInterval = TimeSpan.Zero }, null, string.Empty),
        ["negative time between steps"] = (it => it with { StepInterval = TimeSpan.FromTicks(-1) }, "PolicyInvalid", "negative"),

        ["downtimes that rise"] = (it => With(it, "pass 2: downtime 100ms", "pass 3: downtime 100ms", "then: downtime 5s", "then: abort"), null, string.Empty),
        ["downtime that falls"] = (it => With(it, "pass 2: downtime 300ms", "pass 3: downtime 299ms", "then: abort"), "PolicyDowntimeFalls", "'pass 3: downtime 299 ms'"),
        ["downtime below the first"] = (it => With(it, "pass 2: downtime 99ms", "then: abort"), "PolicyDowntimeFalls", "100 ms"),
        ["factor's bound below the last"] = (it => With(it, "pass 2: downtime 3s", "then: downtime x2 up to 2s", "then: abort"), "PolicyDowntimeFalls", "x2 up to 2 s"),
        ["downtime below a factor's bound"] = (it => With(it, "then: downtime x2 up to 2s", "then: downtime 1s", "then: abort"), "PolicyDowntimeFalls", "'then: downtime 1 s'"),
        ["other steps between rising ones"] = (it => With(it, "then: downtime 1s", "then: bandwidth 1Gbps", "then: downtime 2s", "then: abort"), null, string.Empty),

        ["ends with post-copy"] = (it => With(it, "then: post-copy"), null, string.Empty),
        ["ends with a pause"] = (it => With(it, "then: pause up to 30s"), null, string.Empty),
        ["ends by force"] = (it => With(it, "then: finish"), null, string.Empty),
        ["a bounded finish ends nothing for sure"] = (it => With(it, "then: finish up to 30s"), "PolicyWithoutEnd", "no last step"),
        ["a bounded finish and an abort"] = (it => With(it, "then: finish up to 30s", "then: abort"), null, string.Empty),
        ["finish beyond QEMU's bound"] = (it => With(it, "then: finish up to 2001s", "then: abort"), "DowntimeOutOfRange", "2001 s"),
        ["finish of no time"] = (it => With(it, "then: finish up to 0s", "then: abort"), "DowntimeOutOfRange", "0 ms"),
        ["a stall"] = (it => With(it, "stalled for 5s: downtime 1s", "stalled for 40s: post-copy"), null, string.Empty),
        ["a stall of a moment"] = (it => With(it, "stalled for 4.9s: abort"), "PolicyStepInvalid", "busy moment"),
        ["a deadline by a stall"] = (it => it with { Schedule = [], Deadlines = Steps("stalled for 40s: finish") }, null, string.Empty),
        ["ends by a deadline alone"] = (it => With(it, "then: downtime 1s") with { Deadlines = Steps("after 300s/GiB: abort") }, null, string.Empty),
        ["nothing but a deadline"] = (it => it with { Schedule = [], Deadlines = Steps("no progress for 150s: post-copy") }, null, string.Empty),
        ["no last step"] = (it => With(it, "pass 2: downtime 200ms"), "PolicyWithoutEnd", "no last step"),
        ["no step at all"] = (it => it with { Schedule = [] }, "PolicyWithoutEnd", "no last step"),
        ["a last step that ends nothing"] = (it => With(it, "then: bandwidth 1Gbps"), "PolicyWithoutEnd", "no last step"),
        ["a deadline that ends nothing"] = (it => With(it, "then: downtime 1s") with { Deadlines = Steps("after 9s: downtime 2s") }, "PolicyWithoutEnd", "no last step"),
        ["a step after abort"] = (it => With(it, "then: abort", "then: downtime 1s"), "PolicyInvalid", "nothing can come after 'then: abort'"),
        ["two aborts"] = (it => With(it, "then: abort", "then: abort"), "PolicyInvalid", "nothing can come after 'then: abort'"),

        ["downtime without a downtime"] = (it => With(it, new ConvergenceStep { Action = ConvergenceAction.SetDowntime }), "PolicyStepInvalid", "allows no downtime"),
        ["factor of 1"] = (it => With(it, "then: downtime x1 up to 5s", "then: abort"), "PolicyStepInvalid", "more than 1"),
        ["factor below 1"] = (it => With(it, "then: downtime x0.5 up to 5s", "then: abort"), "PolicyStepInvalid", "more than 1"),
        ["factor without a bound"] = (it => With(it, new ConvergenceStep { Action = ConvergenceAction.SetDowntime, Factor = 2 }), "PolicyStepInvalid", "the most that is allowed"),
        ["pause without a bound"] = (it => With(it, new ConvergenceStep { Action = ConvergenceAction.Pause }), "PolicyStepInvalid", "needs its bound"),
        ["pause of no time"] = (it => With(it, "then: pause up to 0s"), "PolicyStepInvalid", "needs its bound"),
        ["bandwidth without a rate"] = (it => With(it, new ConvergenceStep { Action = ConvergenceAction.SetBandwidth }), "PolicyStepInvalid", "states no bandwidth"),
        ["bandwidth of 1 MiB/s"] = (it => With(it, "then: bandwidth 1MiB/s", "then: abort"), null, string.Empty),
        ["bandwidth below 1 MiB/s"] = (it => With(it, "then: bandwidth 8388607bps", "then: abort"), "BandwidthTooSmall", "8.39 Mbps"),
        ["negative time"] = (it => With(it, Abort() with { After = TimeSpan.FromTicks(-1) }), "PolicyStepInvalid", "negative"),
        ["negative time per GiB"] = (it => With(it, Abort() with { AfterPerGiB = TimeSpan.FromTicks(-1) }), "PolicyStepInvalid", "negative"),
        ["no progress for no time"] = (it => With(it, "no progress for 0s: abort"), "PolicyStepInvalid", "time"),
        ["after no rises"] = (it => With(it, Abort() with { AfterRises = 0 }), "PolicyStepInvalid", "count"),
        ["negative pass"] = (it => With(it, Abort() with { AfterPass = -1 }), "PolicyStepInvalid", "count"),
        ["at once"] = (it => With(it, Abort() with { AfterPass = 0 }), null, string.Empty),
        ["pass beyond counting"] = (it => With(it, Abort() with { AfterPass = int.MaxValue }), "PolicyStepInvalid", "count"),
        ["floor of 0 GiB"] = (it => With(it, "after 75s/GiB of at least 0GiB: abort"), "PolicyStepInvalid", "count"),
        ["floor without a time per GiB"] = (it => With(it, Abort() with { AtLeastGiB = 2 }), "PolicyStepInvalid", "'of at least'"),
        ["action nobody knows"] = (it => With(it, new ConvergenceStep { Action = (ConvergenceAction)99 }, Abort()), "PolicyStepInvalid", "99"),
        ["factor beyond all reason"] = (it => With(it, "then: downtime x79228162514264337593543950335 up to 2000s", "then: abort"), "PolicyStepInvalid", "factor"),
        ["a fault in a deadline"] = (it => it with { Deadlines = [Abort() with { AfterRises = 0 }] }, "PolicyStepInvalid", "count"),

        ["deadline that says no time"] = (it => it with { Deadlines = Steps("then: abort") }, "PolicyStepInvalid", "'then' belongs to a schedule"),
        ["deadline that repeats"] = (it => it with { Deadlines = Steps("after 9s: downtime x2 up to 5s") }, "PolicyStepInvalid", "comes once"),

        ["zero-copy"] = (it => it with { ZeroCopy = true }, null, string.Empty),
        ["zero-copy and post-copy"] = (it => With(it, "then: post-copy") with { ZeroCopy = true }, "PolicyContradicts", "zero-copy"),
        ["zero-copy and armed post-copy"] = (it => it with { ZeroCopy = true, ArmsPostCopy = true }, "PolicyContradicts", "zero-copy"),
        ["zero-copy and a deadline to post-copy"] = (it => it with { ZeroCopy = true, Deadlines = Steps("after 9s: post-copy") }, "PolicyContradicts", "zero-copy"),
        ["zero-copy and compression"] = (it => it with { ZeroCopy = true, Compression = CompressionMethod.Zstd }, "PolicyContradicts", "Zstd"),
        ["zlib"] = (it => it with { Compression = CompressionMethod.Zlib }, null, string.Empty),
        ["zlib and post-copy"] = (it => With(it, "then: post-copy") with { Compression = CompressionMethod.Zlib }, "PolicyContradicts", "Zlib"),
        ["zstd and armed post-copy"] = (it => it with { ArmsPostCopy = true, Compression = CompressionMethod.Zstd }, "PolicyContradicts", "Zstd"),
        ["XBZRLE and post-copy"] = (it => With(it, "then: post-copy") with { Compression = CompressionMethod.Xbzrle }, null, string.Empty),

        ["post-copy bandwidth"] = (it => it with { PostCopyBandwidth = Bandwidth.Parse("1Gbps") }, null, string.Empty),
        ["post-copy bandwidth below 1 MiB/s"] = (it => it with { PostCopyBandwidth = Bandwidth.Parse("8Mbps") }, "BandwidthTooSmall", "8 Mbps"),
        ["switchover bandwidth of the link"] = (it => it with { SwitchoverBandwidth = BandwidthChoice.Link }, null, string.Empty),
        ["switchover bandwidth without limit"] = (it => it with { SwitchoverBandwidth = BandwidthChoice.Parse("unlimited") }, "BandwidthInvalid", "unlimited"),
        ["switchover bandwidth below 1 MiB/s"] = (it => it with { SwitchoverBandwidth = BandwidthChoice.Parse("8Mbps") }, "BandwidthTooSmall", "8 Mbps"),
    };

    public static TheoryData<string> Cases => [.. s_cases.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_policy_is_taken_or_refused_with_the_reason(string name)
    {
        (Func<MigrationPolicy, MigrationPolicy> change, string? errorId, string says) = s_cases[name];
        MigrationPolicy policy = change(s_good);
        Exception? thrown = Record.Exception(() => PolicyRules.Check(policy));
        if (errorId is null)
        {
            Assert.Null(thrown);
            return;
        }

        VirtMigrationException error = Assert.IsType<VirtMigrationException>(thrown);
        Assert.Equal(errorId, error.ErrorId);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        Assert.NotEmpty(error.RecommendedAction);
        Assert.True(error.Target == policy.Name || error.ErrorId == "BandwidthTooSmall", $"the target is {error.Target}");
    }

    [Fact]
    public void The_products_own_policies_keep_the_rules() => Assert.All(BuiltInPolicies.All, PolicyRules.Check);

    // What may be stored must be readable again.
    [Fact]
    public void Whatever_is_taken_can_be_written_and_read_back() => Assert.All(
        s_cases.Where(one => one.Value.ErrorId is null).SelectMany(one => one.Value.Change(s_good).Schedule),
        step => Assert.Equal(step, ConvergenceStep.Parse(step.ToString())));

    private static MigrationPolicy With(MigrationPolicy policy, params string[] schedule) => policy with { Schedule = Steps(schedule) };

    private static MigrationPolicy With(MigrationPolicy policy, params ConvergenceStep[] schedule) => policy with { Schedule = schedule };

    private static ConvergenceStep Abort() => new() { Action = ConvergenceAction.Abort };

    private static ConvergenceStep[] Steps(params string[] steps) => [.. steps.Select(ConvergenceStep.Parse)];
}
