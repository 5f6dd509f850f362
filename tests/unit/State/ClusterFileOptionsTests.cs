using Newtonsoft.Json.Linq;
using VirtMigration.Options;
using VirtMigration.Policies;
using VirtMigration.State;
using VirtMigration.Units;
using Xunit;

namespace VirtMigration.UnitTests.State;

public sealed class ClusterFileOptionsTests : IDisposable
{
    private const string GoodPolicy = """
        "name":"Night","description":"d","maxConcurrent":1,"initialDowntime":"00:00:00.1000000","schedule":["then: abort"]
        """;

    private static readonly MigrationPolicy s_full = new()
    {
        Name = "Night",
        Description = "For the night; with \"quotes\" and ünïcode.",
        MaxConcurrent = 3,
        AutoConverge = true,
        AutoConvergeInitial = 40,
        AutoConvergeIncrement = 5,
        Compression = CompressionMethod.Xbzrle,
        XbzrleCacheShare = 10,
        SwitchoverBandwidth = BandwidthChoice.Of(Bandwidth.FromBitsPerSecond(12_345_678_901)),
        ArmsPostCopy = true,
        InitialDowntime = TimeSpan.FromMilliseconds(123),
        Schedule =
        [
            ConvergenceStep.Parse("pass 3 and no progress for 1.5ms: downtime 200ms"),
            ConvergenceStep.Parse("after 6 rises: downtime x2.5 up to 2000s"),
            ConvergenceStep.Parse("then: bandwidth 4194304001bps"),
            ConvergenceStep.Parse("then: pause up to 90s"),
        ],
        Deadlines = [ConvergenceStep.Parse("after 75s/GiB of at least 2GiB: post-copy"), ConvergenceStep.Parse("after 24h: abort")],
        StepInterval = TimeSpan.FromSeconds(7.5),
    };

    private readonly TemporaryFolder _folder = new();
    private readonly ClusterFile _file;

    public ClusterFileOptionsTests() => _file = new(_folder.Path);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Options_of_clusters_are_read_as_they_were_written()
    {
        ClusterMigrationOptions full = new()
        {
            Cluster = "c1",
            Policy = "VeryLarge",
            ParallelConnections = ParallelChoice.Number(8),
            MaxParallelConnections = 255,
            ParallelAllowed = true,
            MigrationBandwidth = BandwidthChoice.Of(Bandwidth.FromBitsPerSecond(12_345_678_901)),
            SwitchoverBandwidth = BandwidthChoice.Link,
            Encryption = false,
            GuestNotice = GuestNotice.Parse("channel:org.example.notice.0"),
            MaxConcurrent = 4,
            MigrationNetwork = "fd00:78::/64",
        };
        ClusterMigrationOptions named = new()
        {
            Cluster = "c2",
            ParallelConnections = ParallelChoice.Auto,
            MigrationBandwidth = BandwidthChoice.Parse("unlimited"),
            SwitchoverBandwidth = BandwidthChoice.None,
        };
        ClusterMigrationOptions silent = new() { Cluster = "c3" };
        _file.Update(state => state with { Clusters = [full, named, silent] });
        Assert.Equal([full, named, silent], new ClusterFile(_folder.Path).Load().Clusters);
    }

    [Fact]
    public void Bandwidths_and_choices_are_exact_text_in_the_file()
    {
        _file.Update(state => state with
        {
            Clusters =
            [
                new()
                {
                    Cluster = "c1",
                    ParallelConnections = ParallelChoice.Number(8),
                    MigrationBandwidth = BandwidthChoice.Parse("10001Mbps"),
                    SwitchoverBandwidth = BandwidthChoice.Link,
                },
                new() { Cluster = "c2", ParallelConnections = ParallelChoice.Disabled, MigrationBandwidth = BandwidthChoice.Parse("unlimited") },
            ],
        });
        JToken clusters = JObject.Parse(File.ReadAllText(_file.FilePath))["clusters"]!;
        Assert.Equal(
            ("8", "10001000000bps", "Link", "Disabled", "unlimited"),
            ((string?)clusters[0]!["parallelConnections"], (string?)clusters[0]!["migrationBandwidth"], (string?)clusters[0]!["switchoverBandwidth"],
                (string?)clusters[1]!["parallelConnections"], (string?)clusters[1]!["migrationBandwidth"]));
        Assert.Equal(["cluster", "migrationBandwidth", "parallelConnections"], ((JObject)clusters[1]!).Properties().Select(one => one.Name).Order());
    }

    [Fact]
    public void A_policy_is_read_as_it_was_written()
    {
        PolicyRules.Check(s_full);
        _file.Update(state => state with { Policies = [s_full] });
        MigrationPolicy read = Assert.Single(new ClusterFile(_folder.Path).Load().Policies);
        Assert.Equal(s_full.Schedule, read.Schedule);
        Assert.Equal(s_full.Deadlines, read.Deadlines);
        Assert.Equal(s_full, read with { Schedule = s_full.Schedule, Deadlines = s_full.Deadlines });
    }

    [Fact]
    public void Steps_are_text_in_the_file()
    {
        _file.Update(state => state with { Policies = [s_full] });
        JToken policy = JObject.Parse(File.ReadAllText(_file.FilePath))["policies"]![0]!;
        Assert.Equal(
            ["pass 3 and no progress for 1.5 ms: downtime 200 ms", "after 6 rises: downtime x2.5 up to 2000 s", "then: bandwidth 4194304001 bps", "then: pause up to 90 s"],
            policy["schedule"]!.Select(step => (string?)step));
        Assert.Equal("Xbzrle", (string?)policy["compression"]);
        Assert.Null(policy["builtIn"]);
    }

    [Fact]
    public void The_products_own_policies_can_be_copied_into_the_file() => Assert.All(BuiltInPolicies.All, policy =>
    {
        MigrationPolicy copy = policy with { Name = $"My{policy.Name}", BuiltIn = false };
        _file.Update(state => state with { Policies = [copy] });
        MigrationPolicy read = Assert.Single(_file.Load().Policies);
        Assert.Equal(copy.Schedule, read.Schedule);
        Assert.Equal(copy, read with { Schedule = copy.Schedule, Deadlines = copy.Deadlines });
    });

    [Fact]
    public void What_a_newer_version_put_beside_is_kept()
    {
        Write($$"""{"schemaVersion":1,"clusters":[{"cluster":"c1","quota":{"a":[1]} }],"policies":[{"colour":"blue",{{GoodPolicy}} }]}""");
        _file.Update(state => state with { Clusters = [state.Clusters[0] with { Encryption = true }], Policies = [state.Policies[0] with { MaxConcurrent = 2 }] });
        JObject written = JObject.Parse(File.ReadAllText(_file.FilePath));
        Assert.Equal(1, (int?)written.SelectToken("clusters[0].quota.a[0]"));
        Assert.Equal("blue", (string?)written.SelectToken("policies[0].colour"));
        Assert.Equal(2, (int?)written.SelectToken("policies[0].maxConcurrent"));
    }

    [Fact]
    public void Nobody_becomes_part_of_the_product_by_writing_so_into_the_file()
    {
        Write($$"""{"schemaVersion":1,"policies":[{"builtIn":true,{{GoodPolicy}} }]}""");
        Assert.False(Assert.Single(_file.Load().Policies).BuiltIn);
    }

    // What the prompt would refuse must not come in by hand.
    [Theory]
    [InlineData("""[null]""")]
    [InlineData("""[{}]""")]
    [InlineData("""["Night"]""")]
    [InlineData("""[{"name":"Night"}]""")]
    [InlineData("""[{"name":"Night shift","description":"d","maxConcurrent":1,"initialDowntime":"00:00:00.1","schedule":["then: abort"]}]""")]
    [InlineData("""[{"name":"Night","description":"d","maxConcurrent":0,"initialDowntime":"00:00:00.1","schedule":["then: abort"]}]""")]
    [InlineData("""[{"name":"Night","description":"d","maxConcurrent":1,"initialDowntime":"01:00:00","schedule":["then: abort"]}]""")]
    [InlineData("""[{"name":"Night","description":"d","maxConcurrent":1,"initialDowntime":"soon","schedule":["then: abort"]}]""")]
    [InlineData("""[{"name":"Night","description":"d","maxConcurrent":1,"initialDowntime":"00:00:00.1"}]""")]
    [InlineData("""[{"name":"Night","description":"d","maxConcurrent":1,"initialDowntime":"00:00:00.1","schedule":null}]""")]
    [InlineData("""[{"name":"Night","description":"d","maxConcurrent":1,"initialDowntime":"00:00:00.1","schedule":[null]}]""")]
    [InlineData("""[{"name":"Night","description":"d","maxConcurrent":1,"initialDowntime":"00:00:00.1","schedule":[]}]""")]
    [InlineData("""[{"name":"Night","description":"d","maxConcurrent":1,"initialDowntime":"00:00:00.1","schedule":[7]}]""")]
    [InlineData("""[{"name":"Night","description":"d","maxConcurrent":1,"initialDowntime":"00:00:00.1","schedule":["then: stop"]}]""")]
    [InlineData("""[{"name":"Night","description":"d","maxConcurrent":1,"initialDowntime":"00:00:00.1","schedule":[{"action":"Abort"}]}]""")]
    [InlineData("""[{"name":"Night","description":"d","maxConcurrent":1,"initialDowntime":"00:00:00.1","schedule":["then: downtime 1s"]}]""")]
    [InlineData("""[{"name":"Night","description":"d","maxConcurrent":1,"initialDowntime":"00:00:00.1","schedule":["then: downtime 2s","then: downtime 1s","then: abort"]}]""")]
    [InlineData("""[{"name":"Night","description":"d","maxConcurrent":1,"initialDowntime":"00:00:00.1","schedule":["then: abort"],"deadlines":["then: abort"]}]""")]
    [InlineData("""[{"name":"Night","description":"d","maxConcurrent":1,"initialDowntime":"00:00:00.1","schedule":["then: abort"],"compression":"Gzip"}]""")]
    [InlineData("""[{"name":"Night","description":"d","maxConcurrent":1,"initialDowntime":"00:00:00.1","schedule":["then: abort"],"compression":99}]""")]
    [InlineData("""[{"name":"Night","description":"d","maxConcurrent":1,"initialDowntime":"00:00:00.1","schedule":["then: abort"],"switchoverBandwidth":"10G"}]""")]
    [InlineData("""[{"name":"Night","description":"d","maxConcurrent":1,"initialDowntime":"00:00:00.1","schedule":["then: abort"],"switchoverBandwidth":1000}]""")]
    public void A_policy_broken_by_hand_is_a_file_that_cannot_be_understood(string policies) => Corrupt("policies", policies);

    [Theory]
    [InlineData("""[null]""")]
    [InlineData("""[{}]""")]
    [InlineData("""[{"cluster":" "}]""")]
    [InlineData("""[{"cluster":"c1","parallelConnections":"Sometimes"}]""")]
    [InlineData("""[{"cluster":"c1","parallelConnections":"1"}]""")]
    [InlineData("""[{"cluster":"c1","parallelConnections":8}]""")]
    [InlineData("""[{"cluster":"c1","maxParallelConnections":256}]""")]
    [InlineData("""[{"cluster":"c1","migrationBandwidth":"10G"}]""")]
    [InlineData("""[{"cluster":"c1","migrationBandwidth":10000}]""")]
    [InlineData("""[{"cluster":"c1","migrationBandwidth":"8Mbps"}]""")]
    [InlineData("""[{"cluster":"c1","migrationBandwidth":"None"}]""")]
    [InlineData("""[{"cluster":"c1","switchoverBandwidth":"unlimited"}]""")]
    [InlineData("""[{"cluster":"c1","maxConcurrent":0}]""")]
    [InlineData("""[{"cluster":"c1","encryption":"perhaps"}]""")]
    [InlineData("""[{"cluster":"c1","migrationNetwork":"storage"}]""")]
    [InlineData("""[{"cluster":"c1","parallelAllowed":false,"parallelConnections":"Parallel"}]""")]
    public void Options_broken_by_hand_are_a_file_that_cannot_be_understood(string clusters) => Corrupt("clusters", clusters);

    [Theory]
    [InlineData("""{"schemaVersion":1,"clusters":null,"policies":null}""")]
    [InlineData("""{"schemaVersion":1,"clusters":[{"cluster":"c1","parallelConnections":null,"migrationBandwidth":null}],"policies":[]}""")]
    public void What_is_not_stated_is_not_stated(string text)
    {
        Write(text);
        Assert.Empty(_file.Load().Policies);
        Assert.All(_file.Load().Clusters, one => Assert.Equal(new() { Cluster = "c1" }, one));
    }

    private void Corrupt(string part, string json)
    {
        string text = $$"""{"schemaVersion":1,"{{part}}":{{json}} }""";
        Write(text);
        Assert.Equal("ClusterFileCorrupt", Assert.Throws<VirtMigrationException>(() => _file.Load()).ErrorId);
        Assert.Equal(text, File.ReadAllText(_file.FilePath));
    }

    private void Write(string text) => File.WriteAllText(_file.FilePath, text);
}
