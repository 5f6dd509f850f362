using VirtMigration.Execution;
using VirtMigration.Options;
using VirtMigration.Planning;
using VirtMigration.Policies;
using VirtMigration.Units;
using Xunit;
using Xunit.Abstractions;

namespace VirtMigration.LabTests;

/// <summary>Every combination that libvirt or QEMU rejects, or dies of: none reaches the daemons. It is refused before anything starts,
/// or settled, and then the migration that is left runs to its end as planned.</summary>
[Collection(LabCollection.Name)]
public sealed class CombinationTests(LabFixture lab, ITestOutputHelper output) : IClassFixture<GuestsOfAClass>
{
    private static readonly MigrationPolicy s_shares = BuiltInPolicies.SuspendWorkloadIfNeeded with { Name = "Shares", BuiltIn = false, XbzrleCacheShare = 10 };

    // What was seen when they did reach the daemons stands in brackets.
    public static TheoryData<string, string> Refused => new()
    {
        { "parallel + post-copy [7.2: both QEMUs die at the switch and the VM is lost]", "ParallelPostCopyConflict" },
        { "parallel + armed post-copy", "ParallelPostCopyConflict" },
        { "zero-copy policy where parallel is forbidden", "ParallelForbidden" },
        { "parallel where parallel is forbidden", "ParallelForbidden" },
        { "tunnelled [74, or the daemon crashes]", "TransportRefused" },
        { "RDMA", "TransportRefused" },
        { "attached + post-copy [a killed client loses the VM]", "AttachedPostCopy" },
        { "the same host [1]", "DestinationIsSource" },
        { "scheduled post-copy without a step", "PostCopyUnplanned" },
        { "an unlimited switchover bandwidth", "BandwidthInvalid" },
        { "a bandwidth that libvirt would read as not stated", "BandwidthTooSmall" },
        { "a downtime beyond QEMU's", "DowntimeOutOfRange" },
    };

    public static TheoryData<string, MigrationTechniques, MigrationTechniques> Settled => new()
    {
        // name, what is used, what is not
        { "stored parallel + post-copy policy", MigrationTechniques.PostCopy, MigrationTechniques.Parallel },
        { "automatic parallel + post-copy policy", MigrationTechniques.PostCopy, MigrationTechniques.Parallel },
        { "zero-copy without parallel [55]", MigrationTechniques.Parallel | MigrationTechniques.ZeroCopy, MigrationTechniques.None },
        { "zero-copy + XBZRLE [1]", MigrationTechniques.Parallel | MigrationTechniques.ZeroCopy, MigrationTechniques.Compressed },
        { "parallel + XBZRLE [8 from 9.4]", MigrationTechniques.Parallel, MigrationTechniques.Compressed },
        { "parallel + multi-thread compression [1]", MigrationTechniques.Parallel, MigrationTechniques.Compressed },
        { "zstd without parallel [8]", MigrationTechniques.None, MigrationTechniques.Compressed | MigrationTechniques.Parallel },
        { "XBZRLE with a cache of its own", MigrationTechniques.Compressed, MigrationTechniques.Parallel },
    };

    [Theory(Timeout = LabCollection.Bound)]
    [MemberData(nameof(Refused))]
    public async Task It_is_refused_and_nothing_is_told(string combination, string errorId)
    {
        Guest guest = await lab.GuestAsync("c");
        string source = (await guest.ListedAsync()).Host;
        long since = QmpLog.Now();
        VirtMigrationException error = await Assert.ThrowsAsync<VirtMigrationException>(() => PlanAsync(guest, combination, LabFixture.Other(source)));
        output.WriteLine(error.Message);
        Assert.Equal(errorId, error.ErrorId);
        Assert.False((await QmpLog.ReadAsync(source, since)).Started);
        await guest.RunsOnlyOnAsync(source);
    }

    [Theory(Timeout = LabCollection.Bound)]
    [MemberData(nameof(Settled))]
    public async Task It_is_settled_and_what_is_left_runs(string combination, MigrationTechniques used, MigrationTechniques unused)
    {
        Guest guest = await lab.GuestAsync("c");
        MigrationRun run = await PlanAsync(guest, combination, LabFixture.Other((await guest.ListedAsync()).Host));
        output.WriteLine(run.Plan.ToText());
        Assert.Equal(used, run.Plan.Transfer.Techniques & used);
        Assert.Equal(MigrationTechniques.None, run.Plan.Transfer.Techniques & unused);
        await PlanReachesQemu.RunAsync(guest, run);
    }

    [Fact(Timeout = LabCollection.Bound)]
    public async Task Parallel_with_zstd_is_left_out_where_libvirt_is_older_than_9_4()
    {
        Guest guest = await lab.GuestAsync("c");
        MigrationRun run = await PlanAsync(guest, "parallel + zstd [8 before 9.4]", LabFixture.Other((await guest.ListedAsync()).Host));
        Assert.Equal((CompressionMethod.None, 2), (run.Plan.Transfer.Compression, run.Plan.Transfer.ParallelConnections));
        Assert.Contains("libvirt 9.4", Assert.Single(run.Plan.Warnings), StringComparison.Ordinal);
        await PlanReachesQemu.RunAsync(guest, run);
    }

    [Fact(Timeout = LabCollection.Bound)]
    public async Task Multi_thread_compression_runs_where_QEMU_still_has_it()
    {
        Guest guest = await lab.GuestAsync("c");
        MigrationRun run = await PlanAsync(guest, "multi-thread compression [74 from QEMU 9.1]", LabFixture.Other((await guest.ListedAsync()).Host));
        Assert.Equal(CompressionMethod.MultiThread, run.Plan.Transfer.Compression);
        await PlanReachesQemu.RunAsync(guest, run);
    }

    private async Task<MigrationRun> PlanAsync(Guest guest, string combination, string destination)
    {
        PlanOptions options = new() { Destination = destination };
        ClusterMigrationOptions cluster = new() { Cluster = lab.Registry.All()[0].Cluster };
        (options, cluster) = combination.Split(" [")[0] switch
        {
            "parallel + post-copy" => (options with { Policy = BuiltInPolicies.PostCopy, ParallelConnections = ParallelChoice.Parallel }, cluster),
            "parallel + armed post-copy" => (options with { PostCopy = PostCopyMode.Armed, ParallelConnections = ParallelChoice.Number(4) }, cluster),
            "zero-copy policy where parallel is forbidden" => (options with { Policy = BuiltInPolicies.VeryLarge }, cluster with { ParallelAllowed = false }),
            "parallel where parallel is forbidden" => (options with { ParallelConnections = ParallelChoice.Parallel }, cluster with { ParallelAllowed = false }),
            "tunnelled" => (options with { Transport = MigrationTransport.Tunnelled }, cluster),
            "RDMA" => (options with { Transport = MigrationTransport.Rdma }, cluster),
            "attached + post-copy" => (options with { Policy = BuiltInPolicies.PostCopy, Transport = MigrationTransport.Attached }, cluster),
            "the same host" => (options with { Destination = LabFixture.Other(destination) }, cluster),
            "scheduled post-copy without a step" => (options with { PostCopy = PostCopyMode.Scheduled }, cluster),
            "an unlimited switchover bandwidth" => (options with { SwitchoverBandwidth = BandwidthChoice.Of(Bandwidth.Unlimited) }, cluster),
            "a bandwidth that libvirt would read as not stated" => (options with { Bandwidth = Bandwidth.Parse("8Mbps") }, cluster),
            "a downtime beyond QEMU's" => (options with { MaxDowntime = TimeSpan.FromSeconds(2001) }, cluster),
            "stored parallel + post-copy policy" => (options with { Policy = BuiltInPolicies.PostCopy }, cluster with { ParallelConnections = ParallelChoice.Number(4) }),
            "automatic parallel + post-copy policy" =>
                (options with { Policy = BuiltInPolicies.PostCopy, ParallelConnections = ParallelChoice.Auto }, cluster),
            "zero-copy without parallel" => (options with { Policy = BuiltInPolicies.VeryLarge, ParallelConnections = ParallelChoice.Disabled }, cluster),
            "zero-copy + XBZRLE" => (options with { Policy = BuiltInPolicies.VeryLarge, Compression = CompressionMethod.Xbzrle }, cluster),
            "parallel + XBZRLE" => (options with { Policy = s_shares, ParallelConnections = ParallelChoice.Number(2) }, cluster),
            "parallel + multi-thread compression" =>
                (options with { Compression = CompressionMethod.MultiThread, ParallelConnections = ParallelChoice.Parallel }, cluster),
            "zstd without parallel" => (options with { Compression = CompressionMethod.Zstd }, cluster),
            "XBZRLE with a cache of its own" => (options with { Policy = s_shares }, cluster),
            "parallel + zstd" => (options with { Compression = CompressionMethod.Zstd, ParallelConnections = ParallelChoice.Number(2) }, cluster),
            "multi-thread compression" => (options with { Compression = CompressionMethod.MultiThread }, cluster),
            _ => throw new ArgumentOutOfRangeException(nameof(combination), combination, null),
        };
        using TemporaryCluster stated = new(lab.Registry.All());
        stated.Registry.Store.Update(state => state with { Clusters = [cluster] });
        return await new PlanMaker(lab.Hypervisor, stated.Registry, "tester@lab").MakeAsync(await guest.ListedAsync(), options, CancellationToken.None);
    }
}
