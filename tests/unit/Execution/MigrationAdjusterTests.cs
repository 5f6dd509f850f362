using VirtMigration.Execution;
using VirtMigration.Inventory;
using VirtMigration.Options;
using VirtMigration.Ports;
using VirtMigration.State;
using VirtMigration.Units;
using VirtMigration.UnitTests.State;
using Xunit;

namespace VirtMigration.UnitTests.Execution;

public sealed class MigrationAdjusterTests : IDisposable
{
    private const int Alive = 4711;

    private static readonly Guid s_vm = Given.Id(101);

    private static readonly MigrationAdjustment s_all = new()
    {
        MaxDowntime = TimeSpan.FromSeconds(2),
        Bandwidth = Bandwidth.Parse("100MiB/s"),
        PostCopyBandwidth = Bandwidth.Parse("50MiB/s"),
        SwitchoverBandwidth = BandwidthChoice.Parse("80MiB/s"),
        PostCopy = true,
    };

    private static readonly string[] s_allCalls =
    [
        $"SetMaxBandwidth {s_vm.ToString()[..8]} 838.86 Mbps",
        "SetPostCopyBandwidth 419.43 Mbps",
        "SetSwitchoverBandwidth 671.09 Mbps",
        "SetMaxDowntime 2 s",
        "StartPostCopy",
    ];

    private readonly TemporaryFolder _folder = new();
    private readonly FakeHost _source = new FakeHost("h1").With(s_vm);
    private readonly FakeHost _destination = new("h2");
    private readonly FakeHypervisor _hypervisor;
    private readonly HostRegistry _registry;
    private readonly ManualClock _clock = new();
    private readonly MigrationAdjuster _adjuster;

    public MigrationAdjusterTests()
    {
        _registry = new(new ClusterFile(_folder.Path));
        LinksAre("10Gbps", "10Gbps");
        _hypervisor = new(_source, _destination);
        _adjuster = new(_hypervisor, _registry, new(_hypervisor, _clock, new(new FakeLeases(), new FakeShells { Alive = { Alive } }, _clock)));
        Shows(new() { Elapsed = TimeSpan.FromSeconds(30), MemoryTotal = Given.GiB(4), MemoryRemaining = Given.GiB(1), MemoryProcessed = Given.GiB(3), Iteration = 1 });
    }

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, MigrationAdjustment> BadChanges => new()
    {
        { "NothingToChange", new() },
        { "AdjustmentContradicts", new() { Suspend = true, PostCopy = true } },
        { "DowntimeOutOfRange", new() { MaxDowntime = TimeSpan.FromSeconds(2000) + TimeSpan.FromMilliseconds(1) } },
        { "DowntimeOutOfRange", new() { MaxDowntime = TimeSpan.Zero } },
        { "BandwidthTooSmall", new() { Bandwidth = Bandwidth.Parse("1MB/s") } },
        { "BandwidthTooSmall", new() { PostCopyBandwidth = Bandwidth.Parse("1MB/s") } },
        { "BandwidthTooSmall", new() { SwitchoverBandwidth = BandwidthChoice.Parse("1MB/s") } },
        { "BandwidthInvalid", new() { SwitchoverBandwidth = BandwidthChoice.Of(Bandwidth.Unlimited) } },

        // One good value does not save a bad one.
        { "DowntimeOutOfRange", s_all with { MaxDowntime = TimeSpan.FromHours(1) } },
    };

    [Theory]
    [MemberData(nameof(BadChanges))]
    public async Task A_bad_value_is_refused_before_any_host_is_asked(string errorId, MigrationAdjustment change)
    {
        VirtMigrationException error = await Assert.ThrowsAsync<VirtMigrationException>(() => ProposeAsync(change));
        Assert.Equal(errorId, error.ErrorId);
        Assert.NotEmpty(error.RecommendedAction);
        Assert.Empty(_source.Calls);
    }

    [Theory]
    [InlineData("2000s")]
    [InlineData("1ms")]
    public void A_downtime_at_QEMUs_bounds_is_taken(string downtime) =>
        MigrationAdjuster.Check(new() { MaxDowntime = DurationText.Parse(downtime) }, "db1");

    [Fact]
    public async Task A_VM_that_is_not_being_migrated_is_refused_with_the_way_out()
    {
        _source.Shown = _destination.Shown = [];
        VirtMigrationException error = await Assert.ThrowsAsync<VirtMigrationException>(() => ProposeAsync(s_all));
        Assert.Equal(("MigrationNotFound", "db1"), (error.ErrorId, error.Target));
        Assert.Contains("Get-VmMigration", error.RecommendedAction, StringComparison.Ordinal);
        AssertUntouched();
    }

    // Its destination shows it and its source is silent: that it is not being migrated would be wrong.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Where_a_host_is_silent_nothing_is_claimed_of_the_VM(bool shown)
    {
        _hypervisor.Silent.Add("h1");
        if (!shown)
        {
            _destination.Shown = [];
        }

        VirtMigrationException error = await Assert.ThrowsAsync<VirtMigrationException>(() => ProposeAsync(s_all));
        Assert.Equal("MigrationNotFound", error.ErrorId);
        Assert.Contains("whether h1 does is not known", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("is not being migrated", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_says_what_changes_and_touches_nothing()
    {
        _source.Speeds[s_vm] = Bandwidth.Parse("4MiB/s");
        ProposedAdjustment proposed = await ProposeAsync(s_all);
        Assert.Equal(
            "Migration of VM 'db1' from h1 to h2: bandwidth 4 MiB/s -> 100 MiB/s, post-copy bandwidth unlimited -> 50 MiB/s, switchover bandwidth 80 MiB/s, downtime limit 777 ms -> 2 s, switch to post-copy",
            proposed.ToString());
        AssertUntouched();
    }

    [Fact]
    public async Task It_makes_the_change_and_the_switch_to_post_copy_comes_last()
    {
        _source.Speeds[s_vm] = Bandwidth.Parse("4MiB/s");
        (AdjustedMigration done, VirtMigrationException? error) = await ApplyAsync(s_all);
        Assert.Null(error);
        Assert.Equal(s_allCalls, Changes());
        Assert.Equal(
            new()
            {
                VM = "db1",
                Uuid = s_vm,
                Source = "h1",
                Destination = "h2",
                BandwidthBefore = Bandwidth.Parse("4MiB/s"),
                Bandwidth = Bandwidth.Parse("100MiB/s"),
                PostCopyBandwidthBefore = Bandwidth.Unlimited,
                PostCopyBandwidth = Bandwidth.Parse("50MiB/s"),
                SwitchoverBandwidth = BandwidthChoice.Parse("80MiB/s"),
                MaxDowntimeBefore = TimeSpan.FromMilliseconds(777),
                MaxDowntime = TimeSpan.FromSeconds(2),
                PostCopy = true,
            },
            done);
    }

    [Fact]
    public async Task Only_what_is_stated_is_touched()
    {
        (AdjustedMigration done, _) = await ApplyAsync(new() { Suspend = true });
        Assert.Equal(["Suspend"], Changes());
        Assert.Equal(new() { VM = "db1", Uuid = s_vm, Source = "h1", Destination = "h2", Suspended = true }, done);
    }

    [Fact]
    public async Task It_reports_what_the_hypervisor_is_told_in_its_own_units()
    {
        (AdjustedMigration done, _) = await ApplyAsync(new() { Bandwidth = Bandwidth.Parse("100Mbps"), MaxDowntime = TimeSpan.FromMilliseconds(1.9) });
        Assert.Equal((Bandwidth.Parse("11MiB/s"), TimeSpan.FromMilliseconds(1)), (done.Bandwidth, done.MaxDowntime));
    }

    [Fact]
    public async Task What_it_was_before_may_stay_unknown()
    {
        _source.Fail("GetMaxDowntime");
        _source.Fail("GetMaxBandwidth");
        _source.Fail("GetPostCopyBandwidth", HypervisorFault.NotSupported);
        (AdjustedMigration done, VirtMigrationException? error) = await ApplyAsync(s_all);
        Assert.Null(error);
        Assert.Equal((null, null, null), (done.MaxDowntimeBefore, done.BandwidthBefore, done.PostCopyBandwidthBefore));
        Assert.Equal(s_allCalls, Changes());
    }

    [Fact]
    public async Task The_first_thing_that_fails_ends_it_and_the_error_names_the_rest()
    {
        _source.Fail("SetSwitchoverBandwidth", HypervisorFault.ArgumentRejected);
        (AdjustedMigration done, VirtMigrationException? error) = await ApplyAsync(s_all);
        Assert.Equal(s_allCalls[..3], Changes());
        Assert.Equal(("HypervisorArgumentRejected", "db1"), (error!.ErrorId, error.Target));
        Assert.Equal(
            "Not done to the migration of VM 'db1': switchover bandwidth 80 MiB/s. SetSwitchoverBandwidth was refused. Done before it: bandwidth unlimited -> 100 MiB/s, post-copy bandwidth unlimited -> 50 MiB/s. Not done either: downtime limit 777 ms -> 2 s, switch to post-copy.",
            error.Message);
        Assert.Equal((Bandwidth.Parse("100MiB/s"), null, null, false), (done.Bandwidth, done.SwitchoverBandwidth, done.MaxDowntime, done.PostCopy));
    }

    [Fact]
    public async Task Post_copy_that_was_not_enabled_says_how_to_start_it_so()
    {
        _source.Fail("StartPostCopy", HypervisorFault.PostCopyNotEnabled);
        (AdjustedMigration done, VirtMigrationException? error) = await ApplyAsync(new() { MaxDowntime = TimeSpan.FromSeconds(1), PostCopy = true });
        Assert.Equal(("PostCopyNotEnabled", "db1"), (error!.ErrorId, error.Target));
        Assert.Contains("-PostCopy Armed", error.RecommendedAction, StringComparison.Ordinal);
        Assert.Contains("Done before it: downtime limit 777 ms -> 1 s", error.Message, StringComparison.Ordinal);
        Assert.Equal((false, TimeSpan.FromSeconds(1)), (done.PostCopy, done.MaxDowntime));
    }

    [Fact]
    public async Task A_migration_that_ends_in_between_is_no_failure_of_the_host()
    {
        ProposedAdjustment proposed = await ProposeAsync(s_all);
        _source.Jobs.Clear();
        VirtMigrationException before = await Assert.ThrowsAsync<VirtMigrationException>(() => _adjuster.ApplyAsync(proposed, default));
        Assert.Equal("MigrationNotFound", before.ErrorId);
        AssertUntouched();
    }

    [Theory]
    [InlineData(HypervisorFault.InvalidState, true, "MigrationNotFound")]
    [InlineData(HypervisorFault.VmNotFound, true, "MigrationNotFound")]
    [InlineData(HypervisorFault.InvalidState, false, "VmStateInvalid")]
    [InlineData(HypervisorFault.Timeout, true, "HostTimeout")]
    public async Task A_refusal_of_a_migration_that_has_ended_says_that_it_has(HypervisorFault fault, bool ends, string errorId)
    {
        ProposedAdjustment proposed = await ProposeAsync(new() { Suspend = true });
        _source.Fail("Suspend", fault);
        _source.OnCall = call =>
        {
            if (ends && call == "Suspend")
            {
                _source.Jobs.Clear();
            }
        };
        (_, VirtMigrationException? error) = await _adjuster.ApplyAsync(proposed, default);
        Assert.Equal(errorId, error!.ErrorId);
    }

    [Fact]
    public async Task Nothing_further_is_begun_when_the_operator_stops_it()
    {
        ProposedAdjustment proposed = await ProposeAsync(s_all);
        using CancellationTokenSource stop = new();
        _source.OnCall = call =>
        {
            if (call.StartsWith("SetPostCopyBandwidth", StringComparison.Ordinal))
            {
                stop.Cancel();
            }
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _adjuster.ApplyAsync(proposed, stop.Token));
        Assert.Equal(s_allCalls[..2], Changes());
    }

    public static TheoryData<MigrationAdjustment, string> RefusedInPostCopy => new()
    {
        { new() { MaxDowntime = TimeSpan.FromSeconds(1) }, "-MaxDowntime" },
        { new() { SwitchoverBandwidth = BandwidthChoice.None }, "-SwitchoverBandwidth" },
        { new() { Bandwidth = Bandwidth.Parse("1Gbps") }, "-Bandwidth" },
        { new() { Suspend = true }, "-Suspend" },
        { new() { PostCopy = true }, "-PostCopy" },
        { new() { PostCopyBandwidth = Bandwidth.Parse("1Gbps"), MaxDowntime = TimeSpan.FromSeconds(1) }, "-MaxDowntime" },
    };

    [Theory]
    [MemberData(nameof(RefusedInPostCopy))]
    public async Task In_post_copy_what_no_longer_counts_is_refused_with_the_reason(MigrationAdjustment change, string parameter)
    {
        _source.Says[s_vm] = _source.Paused(s_vm, VmStateReason.PostCopy);
        VirtMigrationException error = await Assert.ThrowsAsync<VirtMigrationException>(() => ProposeAsync(change));
        Assert.Equal("MigrationInPostCopy", error.ErrorId);
        Assert.Contains($"({parameter})", error.Message, StringComparison.Ordinal);
        Assert.Contains("already runs on h2", error.Message, StringComparison.Ordinal);
        AssertUntouched();
    }

    [Theory]
    [InlineData(VmStateReason.PostCopy, 0)]
    [InlineData(VmStateReason.PostCopyFailed, 0)]
    [InlineData(VmStateReason.Other, 1)]
    public async Task Post_copy_is_seen_by_the_VMs_state_or_by_pages_that_were_asked_for(VmStateReason reason, int requests)
    {
        _source.Says[s_vm] = _source.Running(s_vm, reason);
        _source.Jobs[s_vm] = _source.Jobs[s_vm] with { PostCopyRequests = requests };
        VirtMigrationException error = await Assert.ThrowsAsync<VirtMigrationException>(() => ProposeAsync(new() { MaxDowntime = TimeSpan.FromSeconds(1) }));
        Assert.Equal("MigrationInPostCopy", error.ErrorId);
    }

    [Fact]
    public async Task In_post_copy_its_bandwidth_can_be_set()
    {
        _source.Says[s_vm] = _source.Paused(s_vm, VmStateReason.PostCopy);
        (AdjustedMigration done, VirtMigrationException? error) = await ApplyAsync(new() { PostCopyBandwidth = Bandwidth.Unlimited });
        Assert.Null(error);
        Assert.Equal(Bandwidth.Unlimited, done.PostCopyBandwidth);
        Assert.Equal(["SetPostCopyBandwidth unlimited"], Changes());
    }

    [Fact]
    public async Task A_switch_to_post_copy_while_the_operator_thought_is_seen()
    {
        ProposedAdjustment proposed = await ProposeAsync(new() { MaxDowntime = TimeSpan.FromSeconds(1) });
        _source.Says[s_vm] = _source.Paused(s_vm, VmStateReason.PostCopy);
        VirtMigrationException error = await Assert.ThrowsAsync<VirtMigrationException>(() => _adjuster.ApplyAsync(proposed, default));
        Assert.Equal("MigrationInPostCopy", error.ErrorId);
        AssertUntouched();
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task A_guest_that_stands_is_neither_paused_nor_switched(bool suspend, bool postCopy)
    {
        _source.Says[s_vm] = _source.Paused(s_vm, VmStateReason.PausedByUser);
        VirtMigrationException error = await Assert.ThrowsAsync<VirtMigrationException>(() => ProposeAsync(new() { Suspend = suspend, PostCopy = postCopy }));
        Assert.Equal("VmNotRunning", error.ErrorId);
        AssertUntouched();
        Assert.Null((await ApplyAsync(new() { Bandwidth = Bandwidth.Parse("1Gbps") })).Error);
    }

    [Fact]
    public async Task A_source_whose_QEMU_is_too_old_for_a_switchover_bandwidth_is_refused()
    {
        _source.Facts = facts => facts with { HypervisorVersion = new(7, 2, 22) };
        VirtMigrationException error = await Assert.ThrowsAsync<VirtMigrationException>(() => ProposeAsync(s_all));
        Assert.Equal("SwitchoverBandwidthUnavailable", error.ErrorId);
        Assert.Contains("needs QEMU 8.2, h1 has 7.2.22", error.Message, StringComparison.Ordinal);
        AssertUntouched();
    }

    [Fact]
    public async Task A_switchover_bandwidth_is_taken_back_with_None()
    {
        (AdjustedMigration done, _) = await ApplyAsync(new() { SwitchoverBandwidth = BandwidthChoice.None });
        Assert.Equal(["SetSwitchoverBandwidth none"], Changes());
        Assert.Equal(BandwidthChoice.None, done.SwitchoverBandwidth);
    }

    [Theory]
    [InlineData("10Gbps", "1Gbps", "1 Gbps")]
    [InlineData("1Gbps", "10Gbps", "1 Gbps")]
    [InlineData("1Gbps", null, "1 Gbps")]
    [InlineData(null, "1Gbps", "1 Gbps")]
    [InlineData(null, null, null)]
    public async Task Link_is_the_lower_of_both_links(string? source, string? destination, string? expected)
    {
        LinksAre(source, destination);
        MigrationAdjustment change = new() { SwitchoverBandwidth = BandwidthChoice.Link };
        if (expected is null)
        {
            Assert.Equal("SwitchoverBandwidthUnavailable", (await Assert.ThrowsAsync<VirtMigrationException>(() => ProposeAsync(change))).ErrorId);
            return;
        }

        (AdjustedMigration done, _) = await ApplyAsync(change);
        Assert.Equal([$"SetSwitchoverBandwidth {expected}"], Changes());
        Assert.Equal(BandwidthChoice.Parse(expected), done.SwitchoverBandwidth);
    }

    [Theory]
    [InlineData("1Gbps", false)]
    [InlineData("2Gbps", true)]
    public async Task A_switchover_bandwidth_above_the_links_is_warned_of(string asked, bool warned)
    {
        LinksAre("10Gbps", "1Gbps");
        ProposedAdjustment proposed = await ProposeAsync(new() { SwitchoverBandwidth = BandwidthChoice.Parse(asked) });
        Assert.Equal(warned, proposed.Warnings.Any(warning => warning.Contains("above the 1 Gbps", StringComparison.Ordinal)));
        Assert.Contains(proposed.Warnings, warning => warning.Contains("tainted", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(Alive, true)]
    [InlineData(1, false)]
    public async Task A_schedule_that_may_set_another_downtime_limit_is_warned_of(int process, bool warned)
    {
        _source.Intents[s_vm] = new("alice@ops1", Environment.MachineName, process, "Night", "h2", _clock.GetUtcNow() - TimeSpan.FromSeconds(30), null);
        ProposedAdjustment proposed = await ProposeAsync(new() { MaxDowntime = TimeSpan.FromSeconds(1) });
        Assert.Equal(warned, proposed.Warnings.Any(warning => warning.Contains("policy Night", StringComparison.Ordinal)));
        Assert.Empty((await ProposeAsync(new() { Bandwidth = Bandwidth.Parse("1Gbps") })).Warnings);
    }

    private void Shows(MigrationCounters counters)
    {
        _source.Shown = [new("h1", s_vm, "db1", MigrationDirection.Outgoing, counters)];
        _destination.Shown = [new("h2", s_vm, "db1", MigrationDirection.Incoming, null)];
        _source.Jobs[s_vm] = counters;
    }

    private void LinksAre(string? source, string? destination)
    {
        Register("h1", source);
        Register("h2", destination);

        void Register(string name, string? link) =>
            _registry.Register(Given.Registration(name) with { LinkSpeed = link is null ? null : Bandwidth.Parse(link) }, replace: true);
    }

    private string[] Changes() =>
        [.. _source.Calls.Concat(_destination.Calls).Where(call => call.StartsWith("Set", StringComparison.Ordinal) || call is "StartPostCopy" or "Suspend" or "AbortJob")];

    private void AssertUntouched() => Assert.Empty(Changes());

    private Task<ProposedAdjustment> ProposeAsync(MigrationAdjustment change) => _adjuster.ProposeAsync(Given.Vm(), change, default);

    private async Task<(AdjustedMigration Done, VirtMigrationException? Error)> ApplyAsync(MigrationAdjustment change) =>
        await _adjuster.ApplyAsync(await ProposeAsync(change), default);
}
