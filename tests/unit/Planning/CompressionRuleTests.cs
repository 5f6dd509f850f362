using VirtMigration.Options;
using VirtMigration.Planning;
using VirtMigration.Policies;
using VirtMigration.Units;
using Xunit;

namespace VirtMigration.UnitTests.Planning;

public sealed class CompressionRuleTests
{
    // What is asked for, over parallel connections or not, with which versions on one of the hosts; whether it is had, else why not.
    public static TheoryData<CompressionMethod, bool, string, string, string?> Table => new()
    {
        { CompressionMethod.None, false, "11.3", "10.0", "None" },
        { CompressionMethod.Xbzrle, false, "11.3", "10.0", null },
        { CompressionMethod.Xbzrle, false, "5.2", "4.0", null },
        { CompressionMethod.Xbzrle, true, "11.3", "10.0", "exclude each other" },
        { CompressionMethod.MultiThread, false, "11.3", "9.0.99", null },
        { CompressionMethod.MultiThread, false, "11.3", "9.1", "gone from QEMU 9.1" },
        { CompressionMethod.MultiThread, false, "11.3", "10.0", "gone from QEMU 9.1" },
        { CompressionMethod.MultiThread, true, "11.3", "9.0.99", "exclude each other" },
        { CompressionMethod.Zlib, false, "11.3", "10.0", "there are none" },
        { CompressionMethod.Zstd, false, "11.3", "10.0", "there are none" },
        { CompressionMethod.Zlib, true, "9.4", "10.0", null },
        { CompressionMethod.Zstd, true, "9.4", "5.0", null },
        { CompressionMethod.Zlib, true, "9.3.99", "10.0", "needs libvirt 9.4" },
        { CompressionMethod.Zstd, true, "9.3.99", "10.0", "needs libvirt 9.4" },
        { CompressionMethod.Zstd, true, "9.4", "4.2", "needs QEMU 5.0" },
    };

    // memory in GiB, share in percent, cache in MiB: rounded down to a power of two.
    public static TheoryData<int, int, int> Caches => new()
    {
        { 64, 10, 4096 },
        { 64, 25, 16384 },
        { 64, 24, 8192 },
        { 64, 100, 65536 },
        { 48, 100, 32768 },
        { 1, 10, 64 },
        { 1, 1, 8 },
        { 4, 50, 2048 },
        { 3, 50, 1024 },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void A_method_is_taken_where_it_can_be_had(CompressionMethod method, bool parallel, string libvirt, string qemu, string? hindrance)
    {
        MigrationRequest request = Given.Request(Compressing(method)).WithLinks("100Mbps", "100Mbps")
            .InCluster(it => it with { ParallelConnections = parallel ? ParallelChoice.Parallel : null })
            .WithVersions("11.3", method == CompressionMethod.MultiThread ? "9.0" : "10.0");
        foreach (MigrationRequest there in new[]
            {
                request with { Source = request.Source.WithVersions(libvirt, qemu) },
                request with { Destination = request.Destination.WithVersions(libvirt, qemu) },
            })
        {
            MigrationPlan plan = there.Planned();
            CompressionMethod taken = hindrance is null ? method : CompressionMethod.None;
            Assert.Equal(taken, plan.Transfer.Compression);
            Assert.Equal(taken != CompressionMethod.None, plan.Transfer.Uses(MigrationTechniques.Compressed));
            Assert.Equal(parallel, plan.IsParallel());
            PlanDecision decision = plan.Decision("Compression");
            Assert.Equal(($"{method}", $"{taken}", SettingOrigin.Policy), (decision.Asked, decision.Taken, decision.Origin));
            Assert.Contains(method == CompressionMethod.None ? "policy" : hindrance ?? "policy", decision.Reason, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(CompressionMethod.Xbzrle, true)]
    [InlineData(CompressionMethod.MultiThread, false)]
    [InlineData(CompressionMethod.Zstd, false)]
    public void What_a_parameter_asks_for_and_cannot_have_is_said_aloud(CompressionMethod method, bool parallel)
    {
        MigrationPlan plan = Given.Request().WithLinks("100Mbps", "100Mbps")
            .Asking(it => it with { Compression = method, ParallelConnections = parallel ? ParallelChoice.Parallel : null })
            .Planned();
        Assert.Equal(CompressionMethod.None, plan.Transfer.Compression);
        Assert.Contains($"{method} compression is off although it was asked for", Assert.Single(plan.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_parameter_takes_the_policys_compression_back()
    {
        MigrationPlan plan = Given.Request(BuiltInPolicies.SuspendWorkloadIfNeeded).Asking(it => it with { Compression = CompressionMethod.None }).Planned();
        Assert.False(plan.Transfer.Uses(MigrationTechniques.Compressed));
        Assert.Equal((SettingOrigin.Parameter, "None"), (plan.Decision("Compression").Origin, plan.Decision("Compression").Taken));
    }

    // The peer's own code sends both flags, and libvirt refuses the migration.
    [Fact]
    public void SuspendWorkloadIfNeeded_over_parallel_connections_is_not_compressed()
    {
        MigrationPlan plan = Given.Request(BuiltInPolicies.SuspendWorkloadIfNeeded).InCluster(it => it with { ParallelConnections = ParallelChoice.Parallel }).Planned();
        Assert.True(plan.Transfer.Uses(MigrationTechniques.Parallel));
        Assert.False(plan.Transfer.Uses(MigrationTechniques.Compressed));
    }

    [Theory]
    [MemberData(nameof(Caches))]
    public void The_cache_is_a_share_of_memory_and_a_power_of_two(int memoryGiB, int share, int cacheMiB)
    {
        MigrationPlan plan = Caching(share, memoryGiB, Given.GiB(256)).Planned();
        Assert.Equal(ByteSize.FromMebibytes(cacheMiB), plan.Transfer.XbzrleCache);
        Assert.Contains($"{ByteSize.FromMebibytes(cacheMiB)}", plan.Decision("Compression").Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_the_memory_and_the_share_the_cache_is_a_power_of_two_and_no_more_than_the_share()
    {
        const int Seed = 7;
        Random random = new(Seed);
        for (int i = 0; i < 500; i++)
        {
            ByteSize memory = new(random.NextInt64(1 << 20, 1L << 44));
            int share = random.Next(1, 101);
            MigrationRequest request = Caching(share, 1, null);
            ByteSize? cache = (request with { Definition = request.Definition with { Memory = memory } }).Planned().Transfer.XbzrleCache;
            Assert.NotNull(cache);
            decimal wanted = memory.Bytes * (decimal)share / 100;
            string what = $"seed {Seed}: {share} % of {memory.Bytes} gave {cache.Value.Bytes}";
            Assert.True(long.IsPow2(cache.Value.Bytes), what);
            Assert.True(cache.Value.Bytes <= Math.Max(wanted, 4096) && cache.Value.Bytes * 2m > wanted, what);
        }
    }

    [Fact]
    public void A_tiny_share_of_a_tiny_VM_is_still_a_page()
    {
        MigrationRequest request = Caching(1, 1, null);
        Assert.Equal(new ByteSize(4096), (request with { Definition = request.Definition with { Memory = new(100_000) } }).Planned().Transfer.XbzrleCache);
    }

    [Fact]
    public void Without_a_share_QEMU_takes_its_own_cache() =>
        Assert.Null(Given.Request(BuiltInPolicies.SuspendWorkloadIfNeeded).Planned().Transfer.XbzrleCache);

    [Theory]
    [InlineData(4096, true)]
    [InlineData(4097, true)]
    [InlineData(4095, false)]
    [InlineData(null, true)]
    public void The_source_must_have_room_for_the_cache(int? availableMiB, bool fits)
    {
        MigrationPlan plan = Caching(10, 64, availableMiB is int mebibytes ? ByteSize.FromMebibytes(mebibytes) : null).Planned();
        Assert.Equal(fits ? CompressionMethod.Xbzrle : CompressionMethod.None, plan.Transfer.Compression);
        Assert.Equal(fits ? Given.GiB(4) : null, plan.Transfer.XbzrleCache);
        Assert.Equal(!fits, plan.Decision("Compression").Reason.Contains("does not fit", StringComparison.Ordinal));
    }

    [Fact]
    public void The_destinations_memory_is_not_asked_for()
    {
        MigrationRequest request = Caching(10, 64, Given.GiB(8));
        request = request with { Destination = request.Destination with { Facts = request.Destination.Facts with { AvailableMemory = new(0) } } };
        Assert.NotNull(request.Planned().Transfer.XbzrleCache);
    }

    // QEMU's guestperf study found harm at 1 Gbps and above.
    [Theory]
    [InlineData("999Mbps", true, false)]
    [InlineData("1000Mbps", true, true)]
    [InlineData("10Gbps", true, true)]
    [InlineData(null, true, true)]
    [InlineData("999Mbps", false, false)]
    [InlineData("1Gbps", false, true)]
    public void Compression_without_reason_to_believe_it_helps_warns(string? link, bool byParameter, bool warns)
    {
        MigrationRequest request = byParameter
            ? Given.Request().Asking(it => it with { Compression = CompressionMethod.Xbzrle })
            : Given.Request(Compressing(CompressionMethod.Xbzrle));
        MigrationPlan plan = request.WithLinks(link, link).Planned();
        Assert.Equal(CompressionMethod.Xbzrle, plan.Transfer.Compression);
        Assert.Equal(warns, plan.Warnings.Any(warning => warning.Contains("compression", StringComparison.Ordinal)));
    }

    // The product's own policy compresses as its source does; that is no mistake of the operator's, but the reason says what is known.
    [Theory]
    [InlineData("999Mbps", false)]
    [InlineData("1Gbps", true)]
    public void The_products_own_policy_says_it_in_the_reason(string link, bool doubt)
    {
        MigrationPlan plan = Given.Request(BuiltInPolicies.SuspendWorkloadIfNeeded).WithLinks(link, link).Planned();
        Assert.Equal(CompressionMethod.Xbzrle, plan.Transfer.Compression);
        Assert.Equal(doubt, plan.Decision("Compression").Reason.Contains("harm", StringComparison.Ordinal));
    }

    // A stated cap makes a fast link slow.
    [Fact]
    public void What_may_be_sent_counts_and_not_what_the_link_could() =>
        Assert.Empty(Given.Request().Asking(it => it with { Compression = CompressionMethod.Xbzrle, Bandwidth = Bandwidth.Parse("500Mbps") }).Planned().Warnings);

    private static MigrationPolicy Compressing(CompressionMethod method) => BuiltInPolicies.Default with { Name = "Own", BuiltIn = false, Compression = method };

    private static MigrationRequest Caching(int share, int memoryGiB, ByteSize? available)
    {
        MigrationRequest request = Given.Request(Compressing(CompressionMethod.Xbzrle) with { XbzrleCacheShare = share });
        return request with
        {
            Definition = request.Definition with { Memory = Given.GiB(memoryGiB) },
            Source = request.Source with { Facts = request.Source.Facts with { AvailableMemory = available } },
        };
    }
}
