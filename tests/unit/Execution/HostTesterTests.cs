using VirtMigration.Execution;
using VirtMigration.Inventory;
using VirtMigration.Placement;
using VirtMigration.Planning;
using VirtMigration.Readiness;
using VirtMigration.State;
using Xunit;

namespace VirtMigration.UnitTests.Execution;

public sealed class HostTesterTests : ClusterOfThree
{
    private readonly HostTester _tester;

    public HostTesterTests()
    {
        _tester = new(Hypervisor, Registry, TimeProvider.System, "me") { Bounds = new() { Move = TimeSpan.FromSeconds(30), End = TimeSpan.FromSeconds(10) } };
    }

    [Theory]
    [InlineData("h1 h2 h3", null, "h1>h2 h1>h3 h2>h1 h2>h3 h3>h1 h3>h2")]
    [InlineData("h1 h2", null, "h1>h2 h2>h1")]
    [InlineData("h1", null, "h1>h2 h1>h3 h2>h1 h3>h1")]
    [InlineData("h1 h9", null, "")]
    [InlineData("h1 h2", "h3", "h1>h3 h2>h3")]
    [InlineData("h1 h2", "h2 h9", "h1>h2 h1>h9 h2>h9")]
    [InlineData("h1", "", "")]
    public void The_ways_are_those_between_the_hosts_or_to_the_peers(string hosts, string? peers, string ways)
    {
        HostRegistration Registration(string name) => Given.Registration(name, name == "h9" ? "c2" : "c1");
        HostRegistration[] Registrations(string names) => [.. names.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Registration)];
        HostTestScope scope = HostTestScope.Of(Registrations(hosts), peers is null ? null : Registrations(peers), Registrations("h1 h2 h3 h9"));
        Assert.Equal(ways, string.Join(' ', scope.Pairs.Select(pair => $"{pair.Source.Name}>{pair.Destination.Name}")));
        Assert.Equal(hosts, string.Join(' ', scope.Hosts.Select(host => host.Name)));
    }

    [Fact]
    public async Task Each_host_has_a_report_and_so_has_each_way_in_order()
    {
        IReadOnlyList<HostReport> reports = await TestAsync("h1", "h2", "h3");
        Assert.Equal(["h1", "h1>h2", "h1>h3", "h2", "h2>h1", "h2>h3", "h3", "h3>h1", "h3>h2"], reports.Select(Name));
        Assert.All(reports, report => Assert.True(report.Ready, string.Join("; ", report.Findings)));
        Assert.DoesNotContain(H1.Calls, call => call.StartsWith("StartProbe", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_host_that_does_not_answer_is_one_row_with_its_reason_and_the_others_have_theirs()
    {
        Hypervisor.Silent.Add("h2");
        IReadOnlyList<HostReport> reports = await TestAsync("h1", "h2", "h3");
        Assert.Equal(["h1", "h1>h3", "h2", "h3", "h3>h1"], reports.Select(Name));
        HostFinding silent = Assert.Single(reports[2].Findings);
        Assert.Equal(("HostSilent", FindingSeverity.Blocker, "no route to h2"), (silent.Id, silent.Severity, silent.Present));
        Assert.False(reports[2].Ready);
    }

    [Fact]
    public async Task A_peer_that_does_not_answer_is_one_row_too()
    {
        Hypervisor.Silent.Add("h3");
        HostTestScope scope = HostTestScope.Of([Registry.Find("h1")], [Registry.Find("h2"), Registry.Find("h3")], Registry.All());
        Assert.Equal(["h1", "h1>h2", "h3"], (await _tester.TestAsync(scope, NoProbes(), null, default)).Select(Name));
    }

    [Theory]
    [InlineData("GetLoad", "IncomingUnknown")]
    [InlineData("List", "")]
    public async Task A_host_that_fails_at_one_question_leaves_that_open(string call, string found)
    {
        H1.Fail(call);
        HostReport report = (await TestAsync("h1", "h2"))[0];
        Assert.True(report.Ready);
        Assert.Equal(found.Length > 0, report.Findings.Any(finding => finding.Id == found));
    }

    [Fact]
    public async Task Two_names_with_one_UUID_are_found_on_both()
    {
        H2.Facts = facts => facts with { Uuid = Given.Id(1) };
        IReadOnlyList<HostReport> reports = await TestAsync("h1", "h2");
        Assert.Equal(["HostUuidTaken", "SameHost", "HostUuidTaken", "SameHost"], reports.Select(report => report.Findings[0].Id));
    }

    [Fact]
    public async Task What_the_cluster_states_counts()
    {
        new OptionCatalog(Registry.Store).Set("c1", options => options with { Encryption = true, MigrationNetwork = "10.0.8.0/24" });
        HostReport report = (await TestAsync("h1", "h2"))[0];
        Assert.Equal("MigrationAddressOutsideNetwork", report.Findings[0].Id);
        Assert.Contains(report.Findings, finding => finding.Id == "CertificatesUnknown");
    }

    [Fact]
    public async Task A_probe_that_moves_is_ended_on_the_destination_and_nowhere_else_is_anything_touched()
    {
        Task<IReadOnlyList<HostReport>> testing = ProbeAsync();
        FakeTransfer transfer = await H1.NextTransferAsync();
        Assert.Equal("qemu+tls://h2/system", transfer.Settings.DestinationUri);
        Assert.True(transfer.Settings.Uses(MigrationTechniques.Live | MigrationTechniques.PeerToPeer | MigrationTechniques.Parallel));
        Assert.False(transfer.Settings.Uses(MigrationTechniques.PersistDestination) || transfer.Settings.Uses(MigrationTechniques.UndefineSource));
        Assert.Equal("10 Gbps", transfer.Settings.Bandwidth.ToString());
        H2.Completed[transfer.Vm] = new() { MemoryProcessed = Given.GiB(1) };
        transfer.Succeed();

        HostReport report = (await testing)[1];
        Assert.Equal((true, ProbeOutcome.Moved, ProbeName.Of(transfer.Vm), "pc-q35-10.0"), (report.Ready, report.Probe!.Outcome, report.Probe.Name, report.Probe.MachineType));
        Assert.Equal(Given.GiB(1), report.Probe.Sent);
        Assert.Empty(report.Probe.Left);
        Assert.Contains(report.Findings, finding => finding.Id == "ProbeMoved");
        Assert.Empty(H2.Says);
        Assert.Equal(["GetFacts", "GetLoad", "List", "StartProbe pc-q35-10.0", "Migrate", $"EndProbe {transfer.Vm}", "Observe"], Sorted(H1.Calls));
        Assert.DoesNotContain("AbortJob", H1.Calls);
    }

    [Theory]
    [InlineData("11.3", "10.0", true)]
    [InlineData("5.1", "3.1", false)]
    public async Task Parallel_connections_are_used_where_both_have_them_because_they_can_be_stopped(string libvirt, string qemu, bool parallel)
    {
        H2.Facts = facts => facts with { LibvirtVersion = Version.Parse(libvirt), HypervisorVersion = Version.Parse(qemu) };
        Task<IReadOnlyList<HostReport>> testing = ProbeAsync();
        FakeTransfer transfer = await H1.NextTransferAsync();
        Assert.Equal(parallel, transfer.Settings.Uses(MigrationTechniques.Parallel));
        transfer.Succeed();
        await testing;
    }

    [Fact]
    public async Task A_cluster_that_encrypts_has_its_probes_encrypted()
    {
        new OptionCatalog(Registry.Store).Set("c1", options => options with { Encryption = true });
        Task<IReadOnlyList<HostReport>> testing = ProbeAsync();
        FakeTransfer transfer = await H1.NextTransferAsync();
        Assert.True(transfer.Settings.Uses(MigrationTechniques.Tls));
        transfer.Succeed();
        Assert.True((await testing)[1].Probe!.Encrypted);
    }

    [Theory]
    [InlineData(HypervisorFault.Unreachable, ProbeObstacle.Login)]
    [InlineData(HypervisorFault.ArgumentRejected, ProbeObstacle.Refusal)]
    public async Task A_probe_that_fails_blocks_and_is_ended_on_the_source(HypervisorFault fault, ProbeObstacle obstacle)
    {
        Task<IReadOnlyList<HostReport>> testing = ProbeAsync();
        FakeTransfer transfer = await H1.NextTransferAsync();
        transfer.Fail(fault);
        HostReport report = (await testing)[1];
        Assert.Equal((false, ProbeOutcome.Failed, obstacle), (report.Ready, report.Probe!.Outcome, report.Probe.Obstacle));
        Assert.Equal("ProbeFailed", report.Findings[0].Id);
        Assert.Empty(report.Probe.Left);
        Assert.Empty(H1.Says);
    }

    [Theory]
    [InlineData(HypervisorFault.MovedUnconfirmed)]
    [InlineData(HypervisorFault.MovedNotPersisted)]
    public async Task A_probe_that_moved_though_libvirt_says_otherwise_moved(HypervisorFault fault)
    {
        Task<IReadOnlyList<HostReport>> testing = ProbeAsync();
        (await H1.NextTransferAsync()).MoveBut(fault);
        Assert.Equal(ProbeOutcome.Moved, (await testing)[1].Probe!.Outcome);
        Assert.Empty(H2.Says);
    }

    [Fact]
    public async Task A_probe_that_did_not_move_though_libvirt_says_so_failed()
    {
        Task<IReadOnlyList<HostReport>> testing = ProbeAsync();
        (await H1.NextTransferAsync()).Return();
        HostReport report = (await testing)[1];
        Assert.Equal(ProbeOutcome.Failed, report.Probe!.Outcome);
        Assert.Contains("h2: does not have it", report.Probe.Error, StringComparison.Ordinal);
        Assert.Empty(H1.Says);
    }

    [Fact]
    public async Task A_probe_that_cannot_be_started_leaves_the_way_unknown_and_is_ended_all_the_same()
    {
        H1.Fail("StartProbe", HypervisorFault.Timeout);
        HostReport report = (await ProbeAsync())[1];
        Assert.Equal((true, ProbeOutcome.NotStarted), (report.Ready, report.Probe!.Outcome));
        Assert.Equal(["ProbeNotStarted", "LoginUnknown"], report.Findings.Select(finding => finding.Id).Where(id => id is "ProbeNotStarted" or "LoginUnknown"));
        Assert.Contains(H1.Calls, call => call.StartsWith("EndProbe", StringComparison.Ordinal));
        Assert.DoesNotContain("Migrate", H1.Calls);
    }

    [Fact]
    public async Task A_way_that_no_VM_could_take_is_not_tried()
    {
        new OptionCatalog(Registry.Store).Set("c1", options => options with { MigrationNetwork = "10.0.8.0/24" });
        HostReport report = (await ProbeAsync())[1];
        Assert.Equal(ProbeOutcome.NotStarted, report.Probe!.Outcome);
        Assert.Contains("10.0.8.0/24", report.Probe.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(H1.Calls, call => call.StartsWith("StartProbe", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true, ProbeObstacle.Memory)]
    [InlineData(false, ProbeObstacle.Login)]
    public async Task A_probe_that_never_arrives_is_aborted_within_the_bound(bool seenThere, ProbeObstacle obstacle)
    {
        Task<IReadOnlyList<HostReport>> testing = ProbeAsync(Tester(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(10)), default);
        FakeTransfer transfer = await H1.NextTransferAsync();
        if (seenThere)
        {
            H2.Says[transfer.Vm] = H2.Paused(transfer.Vm, VmStateReason.Migration);
        }

        HostReport report = (await testing)[1];
        Assert.Equal((ProbeOutcome.Failed, obstacle), (report.Probe!.Outcome, report.Probe.Obstacle));
        Assert.Contains("AbortJob", H1.Calls);
        Assert.Empty(report.Probe.Left);
        Assert.Empty(H1.Says);
        Assert.Empty(H2.Says);
    }

    [Fact]
    public async Task A_probe_that_nobody_can_end_is_said_by_name_and_host_and_ended_when_the_host_lets_go()
    {
        TaskCompletionSource gate = new();
        H1.ProbeGate = gate.Task;
        H1.Aborts = false;
        Task<IReadOnlyList<HostReport>> testing = ProbeAsync(Tester(TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(100)), default);
        FakeTransfer transfer = await H1.NextTransferAsync();
        HostReport report = (await testing)[1];
        Assert.Equal(["h1"], report.Probe!.Left);
        HostFinding left = report.Findings.Single(finding => finding.Id == "ProbeLeft");
        Assert.Contains(ProbeName.Of(transfer.Vm), left.Present, StringComparison.Ordinal);

        gate.SetResult();
        transfer.Fail(HypervisorFault.Unreachable);
        await H1.CalledAsync($"EndProbe {transfer.Vm}", times: 2);
    }

    [Fact]
    public async Task A_test_that_is_stopped_ends_the_probe_before_it_returns()
    {
        using CancellationTokenSource stop = new();
        Task<IReadOnlyList<HostReport>> testing = ProbeAsync(_tester, stop.Token);
        FakeTransfer transfer = await H1.NextTransferAsync();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => testing);
        Assert.Contains("AbortJob", H1.Calls);
        Assert.Contains($"EndProbe {transfer.Vm}", H1.Calls);
        Assert.Contains($"EndProbe {transfer.Vm}", H2.Calls);
        Assert.Empty(H1.Says);
        Assert.Empty(_tester.Left);
    }

    [Fact]
    public async Task A_test_that_is_stopped_says_what_it_could_not_end()
    {
        TaskCompletionSource gate = new();
        H2.ProbeGate = gate.Task;
        HostTester tester = Tester(TimeSpan.FromSeconds(30), TimeSpan.FromMilliseconds(100));
        using CancellationTokenSource stop = new();
        Task<IReadOnlyList<HostReport>> testing = ProbeAsync(tester, stop.Token);
        FakeTransfer transfer = await H1.NextTransferAsync();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => testing);
        Assert.Equal([$"{ProbeName.Of(transfer.Vm)} on h2"], tester.Left);
        gate.SetResult();
    }

    [Fact]
    public async Task A_host_takes_part_in_one_probe_at_a_time_and_one_that_hangs_holds_up_only_its_own()
    {
        HostTestScope scope = HostTestScope.Of(Registry.All(), null, Registry.All());
        HashSet<HostTestPair> probes = [.. scope.Pairs.Where(pair => pair.ToString() is "h1 -> h2" or "h1 -> h3" or "h3 -> h2" or "h2 -> h3")];
        Task<IReadOnlyList<HostReport>> testing = _tester.TestAsync(scope, probes, null, default);
        FakeTransfer first = await H1.NextTransferAsync();
        Assert.False(H3.HasTransferWaiting() || H2.HasTransferWaiting());
        first.Succeed();
        (await H1.NextTransferAsync()).Succeed();
        FakeTransfer third = await H2.NextTransferAsync();
        Assert.False(H3.HasTransferWaiting());
        third.Succeed();
        (await H3.NextTransferAsync()).Succeed();
        Assert.Equal(4, (await testing).Count(report => report.Probe is { Outcome: ProbeOutcome.Moved }));
    }

    [Fact]
    public async Task A_leftover_of_another_test_is_reported_and_left_alone()
    {
        H1.Vms = [Given.Vm() with { Name = ProbeName.Of(Given.Id(5)), Uuid = Given.Id(5) }];
        HostReport report = (await TestAsync("h1", "h2"))[0];
        Assert.Contains(report.Findings, finding => finding.Id == "ProbeLeftOver");
        Assert.DoesNotContain(H1.Calls, call => call.StartsWith("EndProbe", StringComparison.Ordinal));
    }

    private Task<IReadOnlyList<HostReport>> TestAsync(params string[] hosts) =>
        _tester.TestAsync(HostTestScope.Of([.. hosts.Select(Registry.Find)], null, Registry.All()), NoProbes(), null, default);

    private Task<IReadOnlyList<HostReport>> ProbeAsync() => ProbeAsync(_tester, default);

    private Task<IReadOnlyList<HostReport>> ProbeAsync(HostTester tester, CancellationToken cancellationToken)
    {
        HostTestScope scope = HostTestScope.Of([Registry.Find("h1")], [Registry.Find("h2")], Registry.All());
        return tester.TestAsync(scope, scope.Pairs.ToHashSet(), null, cancellationToken);
    }

    private HostTester Tester(TimeSpan move, TimeSpan end) => new(Hypervisor, Registry, TimeProvider.System, "me") { Bounds = new() { Move = move, End = end } };

    private static HashSet<HostTestPair> NoProbes() => [];

    // The first three are asked at once.
    private static List<string> Sorted(IReadOnlyList<string> calls) => [.. calls.Take(3).Order(), .. calls.Skip(3)];

    private static string Name(HostReport report) => report.Peer is null ? report.Host : $"{report.Host}>{report.Peer}";
}
