using VirtMigration.Inventory;
using VirtMigration.Options;
using VirtMigration.Planning;
using VirtMigration.Policies;
using VirtMigration.Units;
using Xunit;

namespace VirtMigration.UnitTests.Planning;

public sealed class MigrationPlannerTests
{
    private static readonly string[] s_settings =
    [
        "Policy", "Destination", "Transport", "Persistence", "ParallelConnections", "ZeroCopy", "Compression", "AutoConverge", "PostCopy",
        "Schedule", "Deadlines", "MigrationAddress", "Bandwidth", "SwitchoverBandwidth", "Timeout", "Encryption", "InitialDowntime", "Concurrency",
        "GuestNotice",
    ];

    public static TheoryData<string> Policies => [.. BuiltInPolicies.All.Select(policy => policy.Name)];

    [Theory]
    [MemberData(nameof(Policies))]
    public void Every_setting_carries_one_decision_with_its_reason(string policy)
    {
        MigrationPlan plan = MigrationPlanner.Plan(Given.Request(BuiltInPolicies.Find(policy)));
        string[] settings = plan.Transfer.Uses(MigrationTechniques.PostCopy) ? [.. s_settings, "PostCopyBandwidth"] : s_settings;
        Assert.Equal(settings.Order(), plan.Decisions.Select(decision => decision.Setting).Order());
        Assert.All(plan.Decisions, decision =>
        {
            Assert.NotEmpty(decision.Asked);
            Assert.NotEmpty(decision.Taken);
            Assert.NotEmpty(decision.Reason);
        });
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void The_same_request_always_gives_the_same_plan(string name)
    {
        MigrationRequest request = Given.Request(BuiltInPolicies.Find(name)).Asking(it => it with { Bandwidth = Bandwidth.Parse("3Gbps") });
        MigrationPlan first = MigrationPlanner.Plan(request);
        MigrationPlan second = MigrationPlanner.Plan(request);
        Assert.True(first.DoesTheSameAs(second));
        Assert.Equal(first.Decisions, second.Decisions);
        Assert.Equal(first.ToText(), second.ToText());
    }

    [Fact]
    public void A_plan_does_not_do_the_same_as_one_that_differs_in_what_is_done()
    {
        MigrationPlan plan = MigrationPlanner.Plan(Given.Request());
        Assert.False(plan.DoesTheSameAs(plan with { Destination = "h3" }));
        Assert.False(plan.DoesTheSameAs(plan with { Source = "h3" }));
        Assert.False(plan.DoesTheSameAs(plan with { Uuid = Guid.NewGuid() }));
        Assert.False(plan.DoesTheSameAs(plan with { InitialDowntime = TimeSpan.FromSeconds(1) }));
        Assert.False(plan.DoesTheSameAs(plan with { Concurrency = 1 }));
        Assert.False(plan.DoesTheSameAs(plan with { Schedule = [] }));
        Assert.False(plan.DoesTheSameAs(plan with { Transfer = plan.Transfer with { Bandwidth = Bandwidth.Unlimited } }));
        Assert.True(plan.DoesTheSameAs(plan with { Decisions = [] }));
    }

    [Fact]
    public void A_plan_with_another_pace_does_not_do_the_same()
    {
        MigrationPlan plan = MigrationPlanner.Plan(Given.Request());
        Assert.False(plan.DoesTheSameAs(plan with { StepInterval = TimeSpan.FromSeconds(1) }));
    }

    [Fact]
    public void The_plan_names_VM_hosts_and_policy()
    {
        MigrationPlan plan = MigrationPlanner.Plan(Given.Request(BuiltInPolicies.VeryLarge));
        Assert.Equal(("db1", "h1", "h2", "VeryLarge"), (plan.VM, plan.Source, plan.Destination, plan.Policy));
        Assert.Equal(Given.Id(101), plan.Uuid);
        Assert.Equal(Given.GiB(64), plan.Memory);
        Assert.Equal("VM 'db1' (64 GiB): h1 -> h2, policy VeryLarge, 2 connections with zero-copy, 10 Gbps, downtime 300 ms", plan.ToString());
    }

    [Fact]
    public void The_text_has_the_plan_and_then_every_decision_in_order()
    {
        MigrationPlan plan = MigrationPlanner.Plan(Given.Request(BuiltInPolicies.VeryLarge));
        string[] lines = plan.ToText().Split(Environment.NewLine);
        Assert.All(lines, line => Assert.InRange(line.Length, 1, 100));
        IEnumerable<string> named = lines.Skip(1).Where(line => line.Length > 2 && !line.StartsWith("   ", StringComparison.Ordinal));
        Assert.Equal(plan.Decisions.Select(decision => decision.Setting), named.Select(line => line.Trim().Split(' ')[0]));
        string text = string.Join(' ', plan.ToText().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith(plan.ToString(), text, StringComparison.Ordinal);
        Assert.All(plan.Decisions, decision => Assert.Contains(decision.Reason, text, StringComparison.Ordinal));
        Assert.All(plan.Decisions.Where(one => one.Changed), one => Assert.Contains($"{one.Taken} (asked: {one.Asked})", text, StringComparison.Ordinal));
    }

    [Fact]
    public void Without_a_policy_minimal_downtime_is_taken_and_said_to_be_the_default()
    {
        MigrationPlan plan = MigrationPlanner.Plan(Given.Request());
        Assert.Equal("MinimalDowntime", plan.Policy);
        Assert.Equal(SettingOrigin.Default, plan.Decision("Policy").Origin);
        Assert.Equal(SettingOrigin.Parameter, MigrationPlanner.Plan(Given.Request(BuiltInPolicies.PostCopy)).Decision("Policy").Origin);
    }

    [Theory]
    [InlineData("10Gbps", "10Gbps", 16, null, 2)]
    [InlineData("100Gbps", "100Gbps", 16, null, 10)]
    [InlineData("100Gbps", "25Gbps", 16, null, 2)]
    [InlineData("40Gbps", "100Gbps", 16, null, 4)]
    [InlineData("100Gbps", null, 16, null, 10)]
    [InlineData("100Gbps", "100Gbps", 6, null, 6)]
    [InlineData("100Gbps", "100Gbps", 16, 4, 4)]
    [InlineData("400Gbps", "400Gbps", 64, null, 16)]
    [InlineData(null, null, 64, null, 2)]
    public void VeryLarge_takes_the_automatic_number_of_connections(
        string? sourceLink, string? destinationLink, int vCpus, int? emulatorCpus, int connections)
    {
        MigrationRequest request = Given.Request(BuiltInPolicies.VeryLarge).WithLinks(sourceLink, destinationLink);
        MigrationPlan plan = MigrationPlanner.Plan(request with
        {
            Definition = request.Definition with
            {
                OnlineVCpus = vCpus,
                EmulatorPin = emulatorCpus is int count ? [.. Enumerable.Range(0, count)] : null,
            },
        });
        Assert.Equal(connections, plan.Transfer.ParallelConnections);
        Assert.True(plan.IsParallel());
        Assert.True(plan.Transfer.Uses(MigrationTechniques.Parallel | MigrationTechniques.ZeroCopy));
        Assert.Equal($"{connections}", plan.Decision("ParallelConnections").Taken);
        Assert.True(plan.Decision("ParallelConnections").Changed);
    }

    [Fact]
    public void The_cap_counts_before_the_division()
    {
        MigrationRequest request = Given.Request(BuiltInPolicies.VeryLarge).WithLinks("100Gbps", "100Gbps").Asking(it => it with { Bandwidth = Bandwidth.Parse("40Gbps") });
        Assert.Equal(4, MigrationPlanner.Plan(request).Transfer.ParallelConnections);
    }

    [Theory]
    [InlineData("MinimalDowntime")]
    [InlineData("SuspendWorkloadIfNeeded")]
    [InlineData("PostCopy")]
    public void The_other_policies_take_one_stream(string policy)
    {
        MigrationPlan plan = MigrationPlanner.Plan(Given.Request(BuiltInPolicies.Find(policy)).WithLinks("100Gbps", "100Gbps"));
        Assert.Null(plan.Transfer.ParallelConnections);
        Assert.False(plan.IsParallel());
        Assert.False(plan.Transfer.Uses(MigrationTechniques.Parallel));
        Assert.False(plan.Transfer.Uses(MigrationTechniques.ZeroCopy));
        Assert.Equal("off", plan.Decision("ZeroCopy").Taken);
    }

    [Theory]
    [InlineData("10Gbps", "10Gbps", null, "10Gbps")]
    [InlineData("10Gbps", "25Gbps", null, "10Gbps")]
    [InlineData("25Gbps", "10Gbps", null, "10Gbps")]
    [InlineData("10Gbps", "10Gbps", "3Gbps", "3Gbps")]
    [InlineData("10Gbps", "10Gbps", "40Gbps", "10Gbps")]
    [InlineData("10Gbps", null, null, "10Gbps")]
    [InlineData(null, "1Gbps", "3Gbps", "1Gbps")]
    [InlineData(null, null, "3Gbps", "3Gbps")]
    [InlineData(null, null, null, "unlimited")]
    [InlineData(null, null, "unlimited", "unlimited")]
    [InlineData("10Gbps", null, "unlimited", "unlimited")]
    public void The_bandwidth_is_the_lowest_of_links_and_cap_and_always_stated(string? source, string? destination, string? cap, string taken)
    {
        MigrationPlan plan = MigrationPlanner.Plan(Given.Request().WithLinks(source, destination).Asking(it => it with
        {
            Bandwidth = cap is null ? null : Bandwidth.Parse(cap),
        }));
        Assert.Equal(Bandwidth.Parse(taken), plan.Transfer.Bandwidth);
        Assert.True(plan.Transfer.Bandwidth.ToMebibytesPerSecond() >= 1);
        Assert.Equal(cap is null ? SettingOrigin.Host : SettingOrigin.Parameter, plan.Decision("Bandwidth").Origin);
    }

    [Fact]
    public void A_bandwidth_that_libvirt_cannot_be_told_is_refused() => Refused(
        "BandwidthTooSmall", Given.Request().Asking(it => it with { Bandwidth = Bandwidth.Parse("8Mbps") }));

    [Fact]
    public void A_link_speed_is_read_from_the_interface_and_a_stated_one_stands_above_it()
    {
        HostInventory host = Given.Host("h1").WithLink(null);
        host = host with { Facts = host.Facts with { LinkSpeeds = new Dictionary<string, Bandwidth> { ["eth1"] = Bandwidth.Parse("25Gbps") } } };
        Assert.Null(host.LinkSpeed);
        host = host with { Registration = host.Registration with { MigrationInterface = "eth1" } };
        Assert.Equal(Bandwidth.Parse("25Gbps"), host.LinkSpeed);
        Assert.Equal(Bandwidth.Parse("1Gbps"), host.WithLink("1Gbps").LinkSpeed);
        host = host with { Registration = host.Registration with { MigrationInterface = "eth9" } };
        Assert.Null(host.LinkSpeed);
    }

    [Theory]
    [InlineData("8.4.9", "8.2.0", "11.0.0", "10.0.0", "h1 has 8.4.9")]
    [InlineData("11.0.0", "7.0.50", "11.0.0", "10.0.0", "h1 has 7.0.50")]
    [InlineData("11.0.0", "10.0.0", "8.4.0", "10.0.0", "h2 has 8.4.0")]
    [InlineData("11.0.0", "10.0.0", "11.0.0", "6.2.0", "h2 has 6.2.0")]
    public void On_a_host_too_old_zero_copy_goes_and_parallel_stays(
        string sourceLibvirt, string sourceQemu, string destinationLibvirt, string destinationQemu, string why)
    {
        MigrationRequest request = Given.Request(BuiltInPolicies.VeryLarge);
        MigrationPlan plan = MigrationPlanner.Plan(request with
        {
            Source = request.Source.WithVersions(sourceLibvirt, sourceQemu),
            Destination = request.Destination.WithVersions(destinationLibvirt, destinationQemu),
        });
        Assert.False(plan.Transfer.Uses(MigrationTechniques.ZeroCopy));
        Assert.True(plan.Transfer.Uses(MigrationTechniques.Parallel));
        Assert.Equal(2, plan.Transfer.ParallelConnections);
        Assert.True(plan.Decision("ZeroCopy").Changed);
        Assert.Contains(why, plan.Decision("ZeroCopy").Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Zero_copy_begins_with_libvirt_8_5_and_QEMU_7_1()
    {
        MigrationRequest request = Given.Request(BuiltInPolicies.VeryLarge);
        MigrationPlan plan = MigrationPlanner.Plan(request with
        {
            Source = request.Source.WithVersions("8.5.0", "7.1.0"),
            Destination = request.Destination.WithVersions("8.5", "7.1"),
        });
        Assert.True(plan.Transfer.Uses(MigrationTechniques.ZeroCopy));
    }

    [Theory]
    [InlineData(63, false)]
    [InlineData(64, true)]
    [InlineData(65, true)]
    public void Zero_copy_needs_a_hard_limit_that_lets_all_memory_be_locked(int hardLimitGiB, bool zeroCopy)
    {
        MigrationRequest request = Given.Request(BuiltInPolicies.VeryLarge);
        MigrationPlan plan = MigrationPlanner.Plan(request with { Definition = request.Definition with { MemoryHardLimit = Given.GiB(hardLimitGiB) } });
        Assert.Equal(zeroCopy, plan.Transfer.Uses(MigrationTechniques.ZeroCopy));
        Assert.True(plan.Transfer.Uses(MigrationTechniques.Parallel));
        Assert.Equal(!zeroCopy, plan.Decision("ZeroCopy").Reason.Contains("hard_limit", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("5.1.0", "10.0.0", "needs libvirt 5.2")]
    [InlineData("11.0.0", "3.1.0", "needs QEMU 4.0")]
    public void To_a_host_without_parallel_connections_VeryLarge_goes_over_one_stream_and_says_so(string libvirt, string qemu, string why)
    {
        MigrationRequest request = Given.Request(BuiltInPolicies.VeryLarge);
        MigrationPlan plan = MigrationPlanner.Plan(request with { Destination = request.Destination.WithVersions(libvirt, qemu) });
        Assert.False(plan.IsParallel());
        Assert.False(plan.Transfer.Uses(MigrationTechniques.Parallel));
        Assert.False(plan.Transfer.Uses(MigrationTechniques.ZeroCopy));
        Assert.Equal("Disabled", plan.Decision("ParallelConnections").Taken);
        Assert.Contains(why, plan.Decision("ParallelConnections").Reason, StringComparison.Ordinal);
        Assert.Contains(why, plan.Warnings.Single(warning => warning.StartsWith("parallel connections are off", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Equal(BuiltInPolicies.VeryLarge.Schedule, plan.Schedule);
    }

    [Fact]
    public void A_persistent_VM_takes_its_definition_along()
    {
        MigrationPlan plan = MigrationPlanner.Plan(Given.Request());
        Assert.True(plan.Transfer.Uses(MigrationTechniques.PersistDestination | MigrationTechniques.UndefineSource));
    }

    [Fact]
    public void A_transient_VM_stays_transient()
    {
        MigrationPlan plan = MigrationPlanner.Plan(Given.Request() with { Vm = Given.Vm() with { Persistent = false } });
        Assert.False(plan.Transfer.Uses(MigrationTechniques.PersistDestination));
        Assert.False(plan.Transfer.Uses(MigrationTechniques.UndefineSource));
        Assert.Equal("transient", plan.Decision("Persistence").Taken);
    }

    [Fact]
    public void By_default_the_sources_daemon_drives_and_uses_the_peer_address()
    {
        MigrationPlan plan = MigrationPlanner.Plan(Given.Request());
        Assert.True(plan.Transfer.Uses(MigrationTechniques.Live | MigrationTechniques.PeerToPeer | MigrationTechniques.AbortOnError));
        Assert.Equal("qemu+tls://h2/system", plan.Transfer.DestinationUri);
    }

    [Fact]
    public void Attached_this_shell_drives_and_uses_its_own_address()
    {
        MigrationPlan plan = MigrationPlanner.Plan(Given.Request().Asking(it => it with { Transport = MigrationTransport.Attached }));
        Assert.False(plan.Transfer.Uses(MigrationTechniques.PeerToPeer));
        Assert.True(plan.Transfer.Uses(MigrationTechniques.Live | MigrationTechniques.AbortOnError));
        Assert.Equal("qemu+ssh://me@h2/system", plan.Transfer.DestinationUri);
        Assert.Equal("attached", plan.Decision("Transport").Taken);
    }

    [Fact]
    public void Attached_and_post_copy_exclude_each_other()
    {
        VirtMigrationException error = Refused("AttachedPostCopy", Given.Request(BuiltInPolicies.PostCopy).Asking(it => it with { Transport = MigrationTransport.Attached }));
        Assert.Contains("'db1'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Post_copy_is_allowed_only_where_the_schedule_has_it()
    {
        Assert.True(MigrationPlanner.Plan(Given.Request(BuiltInPolicies.PostCopy)).Transfer.Uses(MigrationTechniques.PostCopy));
        Assert.All(
            BuiltInPolicies.All.Where(policy => policy != BuiltInPolicies.PostCopy),
            policy => Assert.False(MigrationPlanner.Plan(Given.Request(policy)).Transfer.Uses(MigrationTechniques.PostCopy)));
    }

    [Fact]
    public void A_paused_VM_drops_the_post_copy_steps_and_keeps_the_others()
    {
        MigrationPlan plan = MigrationPlanner.Plan(Given.Request(BuiltInPolicies.PostCopy) with { Vm = Given.Vm() with { State = VmPowerState.Paused } });
        Assert.False(plan.Transfer.Uses(MigrationTechniques.PostCopy));
        Assert.Equal(
            [ConvergenceAction.SetDowntime, ConvergenceAction.SetDowntime, ConvergenceAction.Abort],
            plan.Schedule.Select(step => step.Action));
        Assert.True(plan.Decision("PostCopy").Changed);
    }

    [Theory]
    [InlineData("MinimalDowntime", false, false)]
    [InlineData("SuspendWorkloadIfNeeded", true, false)]
    [InlineData("PostCopy", false, false)]
    [InlineData("VeryLarge", false, true)]
    public void Techniques_follow_the_policy(string name, bool compressed, bool parallel)
    {
        MigrationPlan plan = MigrationPlanner.Plan(Given.Request(BuiltInPolicies.Find(name)));
        Assert.Equal(compressed, plan.Transfer.Uses(MigrationTechniques.Compressed));
        Assert.Equal(parallel, plan.Transfer.Uses(MigrationTechniques.Parallel));
        Assert.True(plan.Transfer.Uses(MigrationTechniques.AutoConverge));
        Assert.Equal(BuiltInPolicies.Find(name).Schedule, plan.Schedule);
        Assert.Equal(BuiltInPolicies.Find(name).InitialDowntime, plan.InitialDowntime);
        Assert.Equal(BuiltInPolicies.Find(name).StepInterval, plan.StepInterval);
    }

    [Fact]
    public void Compression_and_parallel_connections_exclude_each_other()
    {
        MigrationPlan plan = MigrationPlanner.Plan(Given.Request(BuiltInPolicies.VeryLarge with { Compression = CompressionMethod.Xbzrle }));
        Assert.False(plan.Transfer.Uses(MigrationTechniques.Compressed));
        Assert.Equal(("Xbzrle", "None"), (plan.Decision("Compression").Asked, plan.Decision("Compression").Taken));
    }

    [Fact]
    public void Without_auto_converge_nothing_slows_the_guest() => Assert.False(
        MigrationPlanner.Plan(Given.Request(BuiltInPolicies.Default with { AutoConverge = false })).Transfer.Uses(MigrationTechniques.AutoConverge));

    [Theory]
    [InlineData("MinimalDowntime", 2)]
    [InlineData("PostCopy", 2)]
    [InlineData("SuspendWorkloadIfNeeded", 1)]
    [InlineData("VeryLarge", 1)]
    public void The_policy_says_how_many_run_at_a_time(string policy, int concurrency) =>
        Assert.Equal(concurrency, MigrationPlanner.Plan(Given.Request(BuiltInPolicies.Find(policy))).Concurrency);

    [Fact]
    public void A_parallel_migration_is_alone_whatever_the_policy_says() =>
        Assert.Equal(1, MigrationPlanner.Plan(Given.Request(BuiltInPolicies.VeryLarge with { MaxConcurrent = 4 })).Concurrency);

    [Theory]
    [InlineData(VmPowerState.Running)]
    [InlineData(VmPowerState.Blocked)]
    [InlineData(VmPowerState.Paused)]
    public void A_running_or_paused_VM_is_planned(VmPowerState state) =>
        Assert.NotNull(MigrationPlanner.Plan(Given.Request() with { Vm = Given.Vm() with { State = state } }));

    [Theory]
    [InlineData(VmPowerState.ShutOff, "--offline")]
    [InlineData(VmPowerState.Crashed, "--offline")]
    [InlineData(VmPowerState.ShuttingDown, "Wait")]
    [InlineData(VmPowerState.PmSuspended, "Wait")]
    [InlineData(VmPowerState.Unknown, "Wait")]
    public void Any_other_VM_is_refused_with_the_way_out(VmPowerState state, string wayOut)
    {
        VirtMigrationException error = Refused("VmNotRunning", Given.Request() with { Vm = Given.Vm() with { State = state } });
        Assert.Contains(wayOut, error.RecommendedAction, StringComparison.Ordinal);
        Assert.Contains($"{state}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_host_it_is_on_is_refused_by_name()
    {
        VirtMigrationException error = Refused("DestinationIsSource", Given.Request() with { Destination = Given.Host("h1") });
        Assert.Equal("VM 'db1' already is on h1.", error.Message);
    }

    [Fact]
    public void Two_names_of_one_host_are_refused_by_UUID()
    {
        MigrationRequest request = Given.Request();
        VirtMigrationException error = Refused(
            "DestinationIsSource", request with { Destination = request.Destination with { Facts = request.Source.Facts } });
        Assert.Equal($"h1 and h2 are the same host: both have the UUID {Given.Id(1)}.", error.Message);
    }

    [Theory]
    [InlineData("0s")]
    [InlineData("0.5ms")]
    [InlineData("2000001ms")]
    [InlineData("1h")]
    public void A_downtime_outside_QEMUs_range_is_refused(string downtime) => Refused(
        "DowntimeOutOfRange", Given.Request().Asking(it => it with { MaxDowntime = DurationText.Parse(downtime) }));

    [Theory]
    [InlineData("1ms")]
    [InlineData("500ms")]
    [InlineData("2000s")]
    public void A_downtime_that_was_asked_for_stands_above_the_policys(string downtime)
    {
        MigrationPlan plan = MigrationPlanner.Plan(Given.Request().Asking(it => it with { MaxDowntime = DurationText.Parse(downtime) }));
        Assert.Equal(DurationText.Parse(downtime), plan.InitialDowntime);
        Assert.Equal(SettingOrigin.Parameter, plan.Decision("InitialDowntime").Origin);
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("10.0.8.12", "tcp://10.0.8.12")]
    [InlineData("h2-mig.example", "tcp://h2-mig.example")]
    [InlineData("fd00::12", "tcp://[fd00::12]")]
    [InlineData("[fd00::12]", "tcp://[fd00::12]")]
    public void Memory_goes_to_the_registered_migration_address(string? address, string? uri)
    {
        MigrationRequest request = Given.Request();
        MigrationPlan plan = MigrationPlanner.Plan(request with
        {
            Destination = request.Destination with { Registration = request.Destination.Registration with { MigrationAddress = address } },
        });
        Assert.Equal(uri, plan.Transfer.MigrationUri);
    }

    [Theory]
    [InlineData(SettingOrigin.Parameter, "as asked")]
    [InlineData(SettingOrigin.Default, "chosen among the cluster's other hosts")]
    public void It_says_who_chose_the_destination(SettingOrigin origin, string reason)
    {
        PlanDecision decision = MigrationPlanner.Plan(Given.Request() with { DestinationOrigin = origin }).Decision("Destination");
        Assert.Equal((origin, reason), (decision.Origin, decision.Reason));
    }

    private static VirtMigrationException Refused(string errorId, MigrationRequest request)
    {
        VirtMigrationException error = Assert.Throws<VirtMigrationException>(() => MigrationPlanner.Plan(request));
        Assert.Equal(errorId, error.ErrorId);
        Assert.NotEmpty(error.RecommendedAction);
        return error;
    }
}
