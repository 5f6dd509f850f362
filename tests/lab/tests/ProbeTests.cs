using System.Diagnostics;
using VirtMigration.Execution;
using VirtMigration.Inventory;
using VirtMigration.Placement;
using VirtMigration.Ports;
using VirtMigration.Readiness;
using VirtMigration.State;
using Xunit;
using Xunit.Abstractions;

namespace VirtMigration.LabTests;

/// <summary>A VM of the product's own tries the way between two hosts, and nothing of it remains, whatever becomes of it.</summary>
[Collection(LabCollection.Name)]
public sealed class ProbeTests(LabFixture lab, ITestOutputHelper output)
{
    private const string OurProbes = "virtmigration-probe-";

    [Theory(Timeout = LabCollection.Bound)]
    [InlineData("h1", "h2")]
    [InlineData("h2", "h1")]
    public Task A_probe_moves_and_is_gone(string source, string destination) => MovesAsync(source, destination);

    [H3Fact]
    public Task A_probe_moves_to_newer_software() => MovesAsync("h1", "h3");

    [H3Fact]
    public Task A_probe_moves_back_with_a_machine_type_that_the_older_host_knows() => MovesAsync("h3", "h1");

    [Fact(Timeout = LabCollection.Bound)]
    public async Task Memory_goes_encrypted_where_the_cluster_encrypts()
    {
        using TemporaryCluster cluster = Cluster(host => host);
        Encrypt(cluster);
        HostReport report = await TestAsync(cluster.Registry);
        Assert.Equal((ProbeOutcome.Moved, true), (report.Probe!.Outcome, report.Probe.Encrypted));
        Assert.DoesNotContain(report.Findings, finding => finding.Id == "EncryptionUnknown");
        await NothingIsLeftAsync();
    }

    [Fact(Timeout = LabCollection.Bound)]
    public async Task A_certificate_for_another_name_is_found()
    {
        using TemporaryCluster cluster = Cluster(host => host with { PeerUri = "qemu+tcp://h2-alias/system" });
        Encrypt(cluster);
        HostFinding failed = Failed(await TestAsync(cluster.Registry), ProbeObstacle.Encryption);
        Assert.Contains("'h2-alias'", failed.Action, StringComparison.Ordinal);
        await NothingIsLeftAsync();
    }

    [Fact(Timeout = LabCollection.Bound)]
    public async Task A_daemon_that_cannot_be_logged_in_to_is_found_and_who_could_not_reach_whom_is_said()
    {
        using TemporaryCluster cluster = Cluster(host => host with { PeerUri = "qemu+tcp://10.77.0.12:16999/system" });
        HostFinding failed = Failed(await TestAsync(cluster.Registry), ProbeObstacle.Login);
        Assert.StartsWith("the daemon of h1 could not log in to h2 at qemu+tcp://10.77.0.12:16999/system: ", failed.Present, StringComparison.Ordinal);
        Assert.Contains("10.77.0.12:16999", failed.Present.Split("/system: ")[1], StringComparison.Ordinal);
        await NothingIsLeftAsync();
    }

    [Fact(Timeout = LabCollection.Bound)]
    public async Task A_migration_link_that_is_down_is_found_within_a_bound()
    {
        await LabFixture.LabAsync("link", "h2", "--network", "migration", "--down");
        try
        {
            long start = Stopwatch.GetTimestamp();
            HostFinding failed = Failed(await TestAsync(lab.Registry, move: TimeSpan.FromSeconds(4)), ProbeObstacle.Memory);
            Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(20));
            Assert.StartsWith("h1 logged in to h2, but could not send memory to tcp://10.78.0.12: ", failed.Present, StringComparison.Ordinal);
            await NothingIsLeftAsync();
        }
        finally
        {
            await LabFixture.LabAsync("link", "h2", "--network", "migration", "--up");
        }
    }

    [Fact(Timeout = LabCollection.Bound)]
    public async Task A_firewall_that_drops_memory_is_found_within_a_bound()
    {
        await using DroppedPackets dropped = await DroppedPackets.OnWayFromH1ToH2Async();
        HostFinding failed = Failed(await TestAsync(lab.Registry, move: TimeSpan.FromSeconds(4)), ProbeObstacle.Memory);
        Assert.Contains("given up", failed.Present, StringComparison.Ordinal);
        await NothingIsLeftAsync();
    }

    [Fact(Timeout = LabCollection.Bound)]
    public async Task A_test_that_is_stopped_ends_its_probe_first()
    {
        await using DroppedPackets dropped = await DroppedPackets.OnWayFromH1ToH2Async();
        using CancellationTokenSource stop = new();
        HostTester tester = Tester(lab.Registry, TimeSpan.FromSeconds(60));
        Task<IReadOnlyList<HostReport>> testing = TestAsync(tester, lab.Registry, stop.Token);
        await Until.HoldsAsync("the probe is on h2", async () => (await ProbesAsync("h2")).Count == 1);
        long start = Stopwatch.GetTimestamp();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => testing);
        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(15));
        Assert.Empty(tester.Left);
        await NothingIsLeftAsync();
    }

    [Fact(Timeout = LabCollection.Bound)]
    public async Task A_VM_of_somebody_else_is_never_ended()
    {
        Guest guest = await lab.BusyGuestAsync(host: "h1");
        VirtualMachine vm = await guest.ListedAsync();
        IHypervisorHost host = await lab.Hypervisor.ConnectAsync(lab.Registry.Find("h1"), CancellationToken.None);
        HypervisorException error = await Assert.ThrowsAsync<HypervisorException>(() => host.EndProbeAsync(vm.Uuid, CancellationToken.None));
        Assert.Contains("is not a probe", error.Message, StringComparison.Ordinal);
        await guest.RunsOnlyOnAsync("h1");
    }

    [Fact(Timeout = LabCollection.Bound)]
    public async Task A_probe_that_was_left_behind_is_reported_with_the_command_that_ends_it()
    {
        Guid uuid = Guid.NewGuid();
        IHypervisorHost host = await lab.Hypervisor.ConnectAsync(lab.Registry.Find("h2"), CancellationToken.None);
        await host.StartProbeAsync(uuid, null, CancellationToken.None);
        try
        {
            HostTester tester = Tester(lab.Registry, TimeSpan.FromSeconds(30));
            HostReport report = (await tester.TestAsync(
                HostTestScope.Of([lab.Registry.Find("h2")], [], lab.Registry.All()), new HashSet<HostTestPair>(), null, CancellationToken.None))[0];
            HostFinding left = report.Findings.Single(finding => finding.Id == "ProbeLeftOver");
            Assert.Contains($"{OurProbes}{uuid}", left.Present, StringComparison.Ordinal);
            Assert.Single(await ProbesAsync("h2"));
        }
        finally
        {
            await host.EndProbeAsync(uuid, CancellationToken.None);
        }

        await NothingIsLeftAsync();
    }

    private async Task MovesAsync(string source, string destination)
    {
        HostReport report = await TestAsync(lab.Registry, source, destination);
        Assert.True(report.Ready);
        Assert.Equal((ProbeOutcome.Moved, ProbeObstacle.None, null), (report.Probe!.Outcome, report.Probe.Obstacle, report.Probe.Error));
        Assert.Equal("pc-q35-7.2", report.Probe.MachineType);
        Assert.InRange(report.Probe.Sent!.Value.Bytes, 1, 16 << 20);
        Assert.Contains(report.Findings, finding => finding.Id == "ProbeMoved");
        Assert.DoesNotContain(report.Findings, finding => finding.Id is "LoginUnknown" or "MemoryPathUnknown");
        await NothingIsLeftAsync();
    }

    private HostFinding Failed(HostReport report, ProbeObstacle obstacle)
    {
        output.WriteLine($"{report.Probe?.Outcome} {report.Probe?.Obstacle} {report.Probe?.Time}\n{report.Details()}");
        HostFinding failed = report.Findings.Single(finding => finding.Severity == FindingSeverity.Blocker);
        Assert.Equal(("ProbeFailed", false, ProbeOutcome.Failed, obstacle), (failed.Id, report.Ready, report.Probe!.Outcome, report.Probe.Obstacle));
        Assert.Empty(report.Probe.Left);
        return failed;
    }

    private async Task<HostReport> TestAsync(HostRegistry registry, string source = "h1", string destination = "h2", TimeSpan? move = null)
    {
        IReadOnlyList<HostReport> reports = await TestAsync(Tester(registry, move ?? new ProbeBounds().Move), registry, CancellationToken.None, source, destination);
        HostReport report = reports.Single(one => one.Peer == destination);
        output.WriteLine($"{report}: {report.Summary()}");
        return report;
    }

    private static Task<IReadOnlyList<HostReport>> TestAsync(
        HostTester tester, HostRegistry registry, CancellationToken cancellationToken, string source = "h1", string destination = "h2")
    {
        HostTestScope scope = HostTestScope.Of([registry.Find(source)], [registry.Find(destination)], registry.All());
        return tester.TestAsync(scope, scope.Pairs.ToHashSet(), null, cancellationToken);
    }

    private HostTester Tester(HostRegistry registry, TimeSpan move) =>
        new(lab.Hypervisor, registry, TimeProvider.System, "tester") { Bounds = new() { Move = move } };

    /// <summary>The cluster, with another registration of h2.</summary>
    private TemporaryCluster Cluster(Func<HostRegistration, HostRegistration> change) => new([lab.Registry.Find("h1"), change(lab.Registry.Find("h2"))]);

    private static void Encrypt(TemporaryCluster cluster) => new OptionCatalog(cluster.Registry.Store).Set("lab", options => options with { Encryption = true });

    private async Task NothingIsLeftAsync()
    {
        foreach (HostRegistration host in lab.Registry.All())
        {
            Assert.Empty(await ProbesAsync(host.Name));
        }
    }

    private async Task<IReadOnlyList<string>> ProbesAsync(string host) =>
        [.. (await lab.VirshAsync(host, "list", "--all", "--name")).Output.Split('\n').Where(name => name.StartsWith(OurProbes, StringComparison.Ordinal))];

    /// <summary>What h2 answers to h1 on the migration network is dropped, as a firewall does: nobody is told.</summary>
    private sealed class DroppedPackets : IAsyncDisposable
    {
        private static readonly string[] s_route = ["blackhole", "10.78.0.11/32"];

        public static async Task<DroppedPackets> OnWayFromH1ToH2Async()
        {
            await LabFixture.LabAsync(["run", "h2", "--", "ip", "route", "replace", .. s_route]);
            return new();
        }

        public async ValueTask DisposeAsync() => await LabFixture.LabAsync(["run", "h2", "--", "ip", "route", "del", .. s_route]);
    }
}
