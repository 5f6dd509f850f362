using VirtMigration.Options;
using VirtMigration.Units;
using Xunit;

namespace VirtMigration.UnitTests.Options;

public sealed class OptionRulesTests
{
    private static readonly ClusterMigrationOptions s_cluster = new() { Cluster = "c1" };

    // 1 MiB/s is 8388608 bits a second: the least that libvirt can be told.
    public static TheoryData<string?, string?, string?> Bandwidths => new()
    {
        // migration, switchover, error
        { null, null, null },
        { "Link", "None", null },
        { "unlimited", "Link", null },
        { "8388608bps", "8388608bps", null },
        { "8388607bps", null, "BandwidthTooSmall" },
        { "0bps", null, "BandwidthTooSmall" },
        { "None", null, "BandwidthInvalid" },
        { null, "8388607bps", "BandwidthTooSmall" },
        { null, "0bps", "BandwidthTooSmall" },
        { null, "unlimited", "BandwidthInvalid" },
    };

    [Theory]
    [InlineData(null, null)]
    [InlineData(2, null)]
    [InlineData(255, null)]
    [InlineData(1, "ParallelConnectionsInvalid")]
    [InlineData(0, "ParallelConnectionsInvalid")]
    [InlineData(-1, "ParallelConnectionsInvalid")]
    [InlineData(256, "ParallelConnectionsInvalid")]
    public void The_limit_of_connections_is_within_QEMUs_range(int? limit, string? error)
    {
        Settled(error, s_cluster with { MaxParallelConnections = limit });
        Settled(error, new VmMigrationOptions { MaxParallelConnections = limit });
    }

    [Theory]
    [MemberData(nameof(Bandwidths))]
    public void Bandwidths_are_such_as_libvirt_and_QEMU_can_be_told(string? migration, string? switchover, string? error)
    {
        BandwidthChoice? sent = migration is null ? null : BandwidthChoice.Parse(migration);
        BandwidthChoice? counted = switchover is null ? null : BandwidthChoice.Parse(switchover);
        Settled(error, s_cluster with { MigrationBandwidth = sent, SwitchoverBandwidth = counted });
        Settled(error, new VmMigrationOptions { MigrationBandwidth = sent, SwitchoverBandwidth = counted });
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData(1, null)]
    [InlineData(64, null)]
    [InlineData(0, "ConcurrencyInvalid")]
    [InlineData(-1, "ConcurrencyInvalid")]
    public void One_migration_at_a_time_is_the_least(int? atATime, string? error) => Settled(error, s_cluster with { MaxConcurrent = atATime });

    [Theory]
    [InlineData(null, null)]
    [InlineData("10.78.0.0/24", null)]
    [InlineData("10.78.0.1/32", null)]
    [InlineData("0.0.0.0/0", null)]
    [InlineData("fd00:78::/64", null)]
    [InlineData("10.78.0.1/24", "MigrationNetworkInvalid")]
    [InlineData("10.78.0.0/33", "MigrationNetworkInvalid")]
    [InlineData("10.78.0.0", "MigrationNetworkInvalid")]
    [InlineData("fd00:78::1/64", "MigrationNetworkInvalid")]
    [InlineData("storage", "MigrationNetworkInvalid")]
    [InlineData("", "MigrationNetworkInvalid")]
    public void A_migration_network_has_its_first_address_and_its_length(string? network, string? error)
    {
        VirtMigrationException? refused = Settled(error, s_cluster with { MigrationNetwork = network });
        Assert.True(refused is null || refused.Message.Contains($"'{network}'", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(null, "Parallel", null)]
    [InlineData(true, "Parallel", null)]
    [InlineData(true, "8", null)]
    [InlineData(false, null, null)]
    [InlineData(false, "Disabled", null)]
    [InlineData(false, "Auto", null)]
    [InlineData(false, "Parallel", "ParallelForbidden")]
    [InlineData(false, "8", "ParallelForbidden")]
    public void A_cluster_that_forbids_parallel_migration_cannot_ask_for_it(bool? allowed, string? parallel, string? error) => Settled(error, s_cluster with
    {
        ParallelAllowed = allowed,
        ParallelConnections = parallel is null ? null : ParallelChoice.Parse(parallel),
    });

    [Theory]
    [InlineData(null, null)]
    [InlineData("1ms", null)]
    [InlineData("2000s", null)]
    [InlineData("0s", "DowntimeOutOfRange")]
    [InlineData("0.9999ms", "DowntimeOutOfRange")]
    [InlineData("2000001ms", "DowntimeOutOfRange")]
    public void A_VMs_downtime_is_within_QEMUs_range(string? downtime, string? error) => Settled(error, new VmMigrationOptions
    {
        MaxDowntime = downtime is null ? null : DurationText.Parse(downtime),
    });

    private static VirtMigrationException? Settled(string? errorId, ClusterMigrationOptions options) => Settled(errorId, () => OptionRules.Check(options), "c1");

    private static VirtMigrationException? Settled(string? errorId, VmMigrationOptions options) => Settled(errorId, () => OptionRules.Check(options, "db1"), "db1");

    private static VirtMigrationException? Settled(string? errorId, Action check, string target)
    {
        VirtMigrationException? error = Record.Exception(check) as VirtMigrationException;
        Assert.Equal(errorId, error?.ErrorId);
        if (error is not null)
        {
            Assert.NotEmpty(error.RecommendedAction);
            Assert.True(error.Target == target || error.ErrorId is "BandwidthTooSmall" or "MigrationNetworkInvalid", $"the target is {error.Target}");
        }

        return error;
    }
}
