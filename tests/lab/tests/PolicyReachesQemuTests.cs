using VirtMigration.Execution;
using VirtMigration.Options;
using VirtMigration.Planning;
using VirtMigration.Policies;
using VirtMigration.Units;
using Xunit;
using Xunit.Abstractions;

namespace VirtMigration.LabTests;

/// <summary>What a plan says is what QEMU is told.</summary>
[Collection(LabCollection.Name)]
public sealed class PolicyReachesQemuTests(LabFixture lab, ITestOutputHelper output) : IClassFixture<GuestsOfAClass>
{
    private static readonly MigrationPolicy s_tuned = MigrationPolicy.Bare("Tuned") with
    {
        AutoConverge = true,
        AutoConvergeInitial = 40,
        AutoConvergeIncrement = 20,
        InitialDowntime = TimeSpan.FromMilliseconds(250),
        Schedule = [ConvergenceStep.Parse("after 60s: abort")],
    };

    [Theory(Timeout = LabCollection.Bound)]
    [InlineData("MinimalDowntime")]
    [InlineData("SuspendWorkloadIfNeeded")]
    [InlineData("PostCopy")]
    [InlineData("VeryLarge")]
    public async Task Each_policy_reaches_QEMU_as_planned(string policy)
    {
        Guest guest = await lab.GuestAsync("c");
        MigrationRun run = await lab.PlanAsync(guest, new PlanOptions { Policy = BuiltInPolicies.Find(policy), PostCopyBandwidth = Bandwidth.Parse("800Mbps") });
        MigrationResult result = await PlanReachesQemu.RunAsync(guest, run);
        output.WriteLine(string.Join(Environment.NewLine, result.Measured));
    }

    [Fact(Timeout = LabCollection.Bound)]
    public async Task The_numbers_of_auto_converge_reach_QEMU()
    {
        Guest guest = await lab.GuestAsync("c");
        await PlanReachesQemu.RunAsync(guest, await lab.PlanAsync(guest, new PlanOptions { Policy = s_tuned }));
    }

    [Fact(Timeout = LabCollection.Bound)]
    public async Task As_many_connections_are_open_as_were_planned_and_reported()
    {
        Guest guest = await lab.BusyGuestAsync();
        MigrationRun run = await lab.PlanAsync(guest, new PlanOptions { ParallelConnections = ParallelChoice.Number(2), Bandwidth = Bandwidth.Parse("4MiB/s") });
        int before = await ConnectionsAsync(run);
        await using Migration migration = Migration.Start(run);
        await migration.UnderWayAsync();

        // Besides its channels a parallel migration has one main connection.
        Assert.Equal(before + run.Plan.Transfer.ParallelConnections + 1, await ConnectionsAsync(run));
        await guest.ReleaseAsync(run.Plan.Source);
        MigrationResult result = await migration.ResultAsync();
        output.WriteLine(string.Join(Environment.NewLine, result.Measured));
        Assert.Equal(("2", "2", "2"), result.Measured.Where(one => one.Setting == "ParallelConnections").Select(one => (one.Asked, one.Planned, one.Seen)).Single());
        Assert.NotNull(result.Measured.Single(one => one.Setting == "Bandwidth").Seen);
        await guest.RunsOnlyOnAsync(run.Plan.Destination);
    }

    [H3Fact]
    public async Task With_the_newer_generation_a_switchover_bandwidth_goes_with_the_transfer()
    {
        await using Guest guest = await lab.NewGuestAsync("n", "h3", "--memory", "128MiB", "--workingset", "16MiB");
        MigrationRun run = await lab.PlanAsync(guest, new PlanOptions { Destination = "h1", SwitchoverBandwidth = BandwidthChoice.Of(Bandwidth.FromMebibytesPerSecond(100)) });
        Assert.Equal((Bandwidth.FromMebibytesPerSecond(100), null), (run.Plan.Transfer.SwitchoverBandwidth, run.Plan.MonitorSwitchoverBandwidth));
        MigrationResult result = await PlanReachesQemu.RunAsync(guest, run);
        Assert.DoesNotContain(result.Notices, notice => notice.Contains("monitor", StringComparison.Ordinal));

        // And back: the older source has no such thing, and the migration says so and proceeds.
        MigrationRun back = await lab.PlanAsync(guest, new PlanOptions { Destination = "h3", SwitchoverBandwidth = BandwidthChoice.Link });
        Assert.Equal((null, null), (back.Plan.Transfer.SwitchoverBandwidth, back.Plan.MonitorSwitchoverBandwidth));
        Assert.Contains("QEMU 8.2", Assert.Single(back.Plan.Warnings), StringComparison.Ordinal);
        await PlanReachesQemu.RunAsync(guest, back);
    }

    [H3Fact]
    public async Task Where_the_daemons_cannot_be_told_a_switchover_bandwidth_goes_by_the_monitor_and_is_cleared_when_the_VM_stays()
    {
        await using Guest guest = await lab.NewGuestAsync("n", "h3", "--dirty", "20MiB/s");
        PlanOptions options = new()
        {
            Destination = "h1",
            Transport = MigrationTransport.Attached,
            SwitchoverBandwidth = BandwidthChoice.Of(Bandwidth.FromMebibytesPerSecond(100)),
        };
        MigrationRun slow = await lab.PlanAsync(guest, options with { Bandwidth = Bandwidth.Parse("4MiB/s") });
        await using (Migration migration = Migration.Start(slow))
        {
            await migration.UnderWayAsync();
            Assert.Equal(104857600, await SwitchoverBandwidthAsync(guest, "h3"));
            migration.Stop();
            Assert.Equal(MigrationEndState.Stayed, (await migration.ResultAsync()).EndState);
        }

        Assert.Equal(0, await SwitchoverBandwidthAsync(guest, "h3"));
        MigrationResult result = await PlanReachesQemu.RunAsync(guest, await lab.PlanAsync(guest, options));
        Assert.Contains(result.Notices, notice => notice.Contains("tainted", StringComparison.Ordinal));
    }

    [H3Fact]
    public async Task A_mixed_pair_leaves_the_newer_generations_techniques_out_and_says_so()
    {
        await using Guest guest = await lab.NewGuestAsync("n", "h3", "--memory", "128MiB", "--workingset", "16MiB");
        MigrationRun run = await lab.PlanAsync(guest, new PlanOptions
        {
            Destination = "h1",
            ParallelConnections = ParallelChoice.Number(2),
            Compression = CompressionMethod.Zstd,
        });
        Assert.Equal((CompressionMethod.None, 2), (run.Plan.Transfer.Compression, run.Plan.Transfer.ParallelConnections));
        Assert.Contains("h1 has 9.0", Assert.Single(run.Plan.Warnings), StringComparison.Ordinal);
        await PlanReachesQemu.RunAsync(guest, run);

        // And the older generation's on the way back.
        MigrationRun back = await lab.PlanAsync(guest, new PlanOptions { Destination = "h3", Compression = CompressionMethod.MultiThread });
        Assert.Equal(CompressionMethod.None, back.Plan.Transfer.Compression);
        Assert.Contains("gone from QEMU 9.1", Assert.Single(back.Plan.Warnings), StringComparison.Ordinal);
        await PlanReachesQemu.RunAsync(guest, back);
    }

    private static async Task<int> ConnectionsAsync(MigrationRun run)
    {
        string address = new Uri(run.Plan.Transfer.MigrationUri!).Host;
        string open = await LabFixture.LabAsync("run", run.Plan.Source, "--", "ss", "-Htn", "state", "established", "dst", address);
        return open.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length;
    }

    private static async Task<long> SwitchoverBandwidthAsync(Guest guest, string host)
    {
        string answer = await guest.VirshAsync(host, "qemu-monitor-command", """{"execute":"query-migrate-parameters"}""");
        return System.Text.Json.JsonDocument.Parse(answer).RootElement.GetProperty("return").GetProperty("avail-switchover-bandwidth").GetInt64();
    }
}
