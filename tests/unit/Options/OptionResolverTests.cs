using VirtMigration.Options;
using VirtMigration.Planning;
using VirtMigration.Policies;
using VirtMigration.Units;
using Xunit;

namespace VirtMigration.UnitTests.Options;

public sealed class OptionResolverTests
{
    private static readonly MigrationPolicy[] s_policies = [.. BuiltInPolicies.All, Policy("OfVm"), Policy("OfCluster")];

    // Who can state a setting, strongest first, each with a value of his own. The command's parameter stands above the VM, the VM above
    // the cluster, the cluster above the policy; where nobody states it the default counts.
    private static readonly Setting[] s_table =
    [
        new("Policy", "MinimalDowntime (Default)", it => Text(it.Policy))
        {
            Parameter = (it => it with { Policy = Policy("OfParameter") }, "OfParameter"),
            Vm = (it => it with { Policy = "OfVm" }, "OfVm"),
            Cluster = (it => it with { Policy = "OfCluster" }, "OfCluster"),
        },
        new("ParallelConnections", "Disabled (Default)", it => Text(it.ParallelConnections))
        {
            Parameter = (it => it with { ParallelConnections = ParallelChoice.Number(5) }, "5"),
            Vm = (it => it with { ParallelConnections = ParallelChoice.Auto }, "Auto"),
            Cluster = (it => it with { ParallelConnections = ParallelChoice.Parallel }, "Parallel"),
        },
        new("MaxParallelConnections", "16 (Default)", it => Text(it.MaxParallelConnections))
        {
            Vm = (it => it with { MaxParallelConnections = 4 }, "4"),
            Cluster = (it => it with { MaxParallelConnections = 8 }, "8"),
        },
        new("MigrationBandwidth", "Link (Default)", it => Text(it.MigrationBandwidth))
        {
            Parameter = (it => it with { Bandwidth = Bandwidth.Parse("3Gbps") }, "3 Gbps"),
            Vm = (it => it with { MigrationBandwidth = BandwidthChoice.Parse("2Gbps") }, "2 Gbps"),
            Cluster = (it => it with { MigrationBandwidth = BandwidthChoice.Parse("1Gbps") }, "1 Gbps"),
        },
        new("SwitchoverBandwidth", "None (Default)", it => Text(it.SwitchoverBandwidth))
        {
            Parameter = (it => it with { SwitchoverBandwidth = BandwidthChoice.Parse("4Gbps") }, "4 Gbps"),
            Vm = (it => it with { SwitchoverBandwidth = BandwidthChoice.Parse("3Gbps") }, "3 Gbps"),
            Cluster = (it => it with { SwitchoverBandwidth = BandwidthChoice.Link }, "Link"),
            Policy = (it => it with { SwitchoverBandwidth = BandwidthChoice.Parse("1Gbps") }, "1 Gbps"),
        },
        new("Encryption", "False (Default)", it => Text(it.Encryption))
        {
            Parameter = (it => it with { Encryption = true }, "True"),
            Vm = (it => it with { Encryption = false }, "False"),
            Cluster = (it => it with { Encryption = true }, "True"),
        },
        new("InitialDowntime", "100 ms (Policy)", it => $"{DurationText.Exact(it.InitialDowntime.Value)} ({it.InitialDowntime.Origin})")
        {
            Parameter = (it => it with { MaxDowntime = TimeSpan.FromMilliseconds(900) }, "900 ms"),
            Vm = (it => it with { MaxDowntime = TimeSpan.FromMilliseconds(800) }, "800 ms"),
            Policy = (it => it with { InitialDowntime = TimeSpan.FromMilliseconds(700) }, "700 ms"),
        },
        new("Compression", "None (Policy)", it => Text(it.Compression))
        {
            Parameter = (it => it with { Compression = CompressionMethod.Zstd }, "Zstd"),
            Policy = (it => it with { Compression = CompressionMethod.Xbzrle }, "Xbzrle"),
        },
        new("PostCopy", "Off (Policy)", it => Text(it.PostCopy))
        {
            Parameter = (it => it with { PostCopy = PostCopyMode.Off }, "Off"),
            Policy = (it => it with { ArmsPostCopy = true }, "Armed"),
        },
        new("RemapPins", "False (Default)", it => Text(it.RemapPins))
        {
            Parameter = (it => it with { RemapPins = false }, "False"),
            Vm = (it => it with { RemapPins = true }, "True"),
        },
        new("GuestNotice", "Disabled (Default)", it => Text(it.GuestNotice))
        {
            Parameter = (it => it with { GuestNotice = GuestNotice.Disabled }, "Disabled"),
            Vm = (it => it with { GuestNotice = GuestNotice.Parse("channel:a") }, "channel:a"),
            Cluster = (it => it with { GuestNotice = GuestNotice.Parse("agent:b") }, "agent:b"),
        },
        new("MaxConcurrent", "2 (Policy)", it => Text(it.MaxConcurrent))
        {
            Cluster = (it => it with { MaxConcurrent = 6 }, "6"),
            Policy = (it => it with { MaxConcurrent = 5 }, "5"),
        },
    ];

    public static TheoryData<string> Settings => [.. s_table.Select(setting => setting.Name)];

    [Theory]
    [MemberData(nameof(Settings))]
    public void Whoever_is_strongest_has_his_way(string name)
    {
        Setting setting = s_table.Single(one => one.Name == name);
        for (int stating = 0; stating < 16; stating++)
        {
            (PlanOptions parameters, string? ofParameter) = Stated(stating, 1, setting.Parameter, new());
            (VmMigrationOptions vm, string? ofVm) = Stated(stating, 2, setting.Vm, VmMigrationOptions.Empty);
            (ClusterMigrationOptions cluster, string? ofCluster) = Stated(stating, 4, setting.Cluster, new() { Cluster = "c1" });
            (MigrationPolicy policy, string? ofPolicy) = Stated(stating, 8, setting.Policy, BuiltInPolicies.Default);
            string expected = ofParameter is not null ? $"{ofParameter} (Parameter)"
                : ofVm is not null ? $"{ofVm} (Vm)"
                : ofCluster is not null ? $"{ofCluster} (Cluster)"
                : ofPolicy is not null ? $"{ofPolicy} (Policy)"
                : setting.WhereNobodyStatesIt;
            parameters = setting.Policy is null ? parameters : parameters with { Policy = policy };
            EffectiveOptions effective = OptionResolver.Resolve(parameters, vm, cluster, s_policies);
            Assert.Equal((stating, expected), (stating, setting.Read(effective)));
            Assert.Empty(effective.Problems);
        }
    }

    [Fact]
    public void What_the_cluster_alone_says_is_taken_from_it()
    {
        EffectiveOptions silent = Resolve(cluster: new() { Cluster = "c1" });
        Assert.True(silent.ParallelAllowed);
        Assert.Null(silent.MigrationNetwork);
        EffectiveOptions stated = Resolve(cluster: new() { Cluster = "c1", ParallelAllowed = false, MigrationNetwork = "10.78.0.0/24" });
        Assert.False(stated.ParallelAllowed);
        Assert.Equal("10.78.0.0/24", stated.MigrationNetwork);
    }

    [Theory]
    [InlineData("ofvm", null, "OfVm (Vm)", 0)]
    [InlineData("Gone", "OFCLUSTER", "OfCluster (Cluster)", 1)]
    [InlineData("Gone", "Gone2", "MinimalDowntime (Default)", 2)]
    [InlineData("Gone", null, "MinimalDowntime (Default)", 1)]
    [InlineData(null, "Gone", "MinimalDowntime (Default)", 1)]
    [InlineData("OfVm", "Gone", "OfVm (Vm)", 0)]
    public void A_policy_that_is_not_known_here_gives_way_to_the_next_and_is_named(string? vm, string? cluster, string taken, int problems)
    {
        EffectiveOptions effective = Resolve(vm: new() { Policy = vm }, cluster: new() { Cluster = "c1", Policy = cluster });
        Assert.Equal(taken, Text(effective.Policy));
        Assert.Equal(problems, effective.Problems.Count);
        Assert.All(effective.Problems, problem => Assert.Contains("'Gone", problem, StringComparison.Ordinal));
        if (problems > 0)
        {
            Assert.Contains(vm == "Gone" ? "the VM" : "cluster 'c1'", effective.Problems[0], StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_parameters_policy_leaves_no_question_whose_policy_is_known() =>
        Assert.Empty(Resolve(new() { Policy = BuiltInPolicies.PostCopy }, new() { Policy = "Gone" }, new() { Cluster = "c1", Policy = "Gone" }).Problems);

    [Fact]
    public void What_a_VM_states_and_cannot_be_understood_is_said()
    {
        string problem = Assert.Single(Resolve(vm: new() { Problem = "version 2 is too new" }).Problems);
        Assert.Contains("version 2 is too new", problem, StringComparison.Ordinal);
    }

    private static EffectiveOptions Resolve(PlanOptions? parameters = null, VmMigrationOptions? vm = null, ClusterMigrationOptions? cluster = null) =>
        OptionResolver.Resolve(parameters ?? new(), vm ?? VmMigrationOptions.Empty, cluster ?? new() { Cluster = "c1" }, s_policies);

    private static (T Options, string? Value) Stated<T>(int stating, int bit, (Func<T, T> State, string Value)? level, T silent) =>
        level is (Func<T, T> state, string value) && (stating & bit) != 0 ? (state(silent), value) : (silent, null);

    private static MigrationPolicy Policy(string name) => BuiltInPolicies.Default with { Name = name, BuiltIn = false };

    private static string Text<T>(Asked<T> asked) => $"{asked.Value} ({asked.Origin})";

    private sealed record Setting(string Name, string WhereNobodyStatesIt, Func<EffectiveOptions, string> Read)
    {
        public (Func<PlanOptions, PlanOptions> State, string Value)? Parameter { get; init; }

        public (Func<VmMigrationOptions, VmMigrationOptions> State, string Value)? Vm { get; init; }

        public (Func<ClusterMigrationOptions, ClusterMigrationOptions> State, string Value)? Cluster { get; init; }

        public (Func<MigrationPolicy, MigrationPolicy> State, string Value)? Policy { get; init; }
    }
}
