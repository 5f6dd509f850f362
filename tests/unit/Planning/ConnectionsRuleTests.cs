using VirtMigration.Inventory;
using VirtMigration.Options;
using VirtMigration.Planning;
using VirtMigration.Policies;
using Xunit;

namespace VirtMigration.UnitTests.Planning;

public sealed class ConnectionsRuleTests
{
    private const string Refused = "ParallelPostCopyConflict";
    private const string Off = "off";
    private const string OffAloud = "off, aloud";
    private const string On = "on";

    private static readonly MigrationPolicy s_armed = BuiltInPolicies.Default with { Name = "Armed", BuiltIn = false, ArmsPostCopy = true };

    private static readonly MigrationPolicy s_late = BuiltInPolicies.Default with
    {
        Name = "Late",
        BuiltIn = false,
        Deadlines = [ConvergenceStep.Parse("no progress for 150s: post-copy")],
    };

    // Who asks for parallel connections, and for what; who asks for post-copy; what becomes of it on QEMU 10.0, and on 10.1.
    public static TheoryData<SettingOrigin, string, string, string, string> PostCopy => new()
    {
        { SettingOrigin.Parameter, "Parallel", "policy by parameter", Refused, On },
        { SettingOrigin.Parameter, "8", "policy by parameter", Refused, On },
        { SettingOrigin.Parameter, "Parallel", "policy of the VM", Refused, On },
        { SettingOrigin.Parameter, "8", "policy of the cluster", Refused, On },
        { SettingOrigin.Parameter, "Parallel", "armed by parameter", Refused, On },
        { SettingOrigin.Parameter, "Parallel", "policy that arms", Refused, On },
        { SettingOrigin.Parameter, "Parallel", "policy with a deadline", Refused, On },
        { SettingOrigin.Parameter, "Parallel", "none", On, On },
        { SettingOrigin.Parameter, "Parallel", "policy, taken back by parameter", On, On },
        { SettingOrigin.Vm, "Parallel", "policy by parameter", OffAloud, OffAloud },
        { SettingOrigin.Vm, "8", "policy of the VM", OffAloud, OffAloud },
        { SettingOrigin.Vm, "Parallel", "armed by parameter", OffAloud, OffAloud },
        { SettingOrigin.Vm, "Parallel", "policy, taken back by parameter", On, On },
        { SettingOrigin.Cluster, "Parallel", "policy by parameter", OffAloud, OffAloud },
        { SettingOrigin.Cluster, "8", "policy of the VM", OffAloud, OffAloud },
        { SettingOrigin.Cluster, "8", "policy of the cluster", OffAloud, OffAloud },
        { SettingOrigin.Cluster, "Parallel", "policy with a deadline", OffAloud, OffAloud },
        { SettingOrigin.Cluster, "Parallel", "none", On, On },
        { SettingOrigin.Parameter, "Auto", "policy by parameter", Off, Off },
        { SettingOrigin.Vm, "Auto", "policy of the cluster", Off, Off },
        { SettingOrigin.Cluster, "Auto", "policy of the VM", Off, Off },
        { SettingOrigin.Cluster, "Auto", "armed by parameter", Off, Off },
        { SettingOrigin.Cluster, "Auto", "none", On, On },
        { SettingOrigin.Parameter, "Disabled", "policy by parameter", Off, Off },
        { SettingOrigin.Cluster, "Disabled", "none", Off, Off },
    };

    [Theory]
    [MemberData(nameof(PostCopy))]
    public void Parallel_connections_and_post_copy(SettingOrigin origin, string choice, string postCopy, string before, string from)
    {
        MigrationRequest request = WithPostCopy(Parallel(origin, choice).WithLinks("100Gbps", "100Gbps"), postCopy).OfMachine("pc-q35-10.1");
        bool hasPostCopy = postCopy is not ("none" or "policy, taken back by parameter");
        foreach ((string version, string outcome) in new[] { ("10.0.99", before), ("10.1", from) })
        {
            MigrationRequest there = request.WithVersions("11.3", version);
            if (outcome == Refused)
            {
                VirtMigrationException error = there.Refused(Refused);
                Assert.Contains("'db1'", error.Message, StringComparison.Ordinal);
                continue;
            }

            MigrationPlan plan = there.Planned();
            Assert.Equal((version, outcome != Off && outcome != OffAloud), (version, plan.IsParallel()));
            Assert.Equal(hasPostCopy, plan.Transfer.Uses(MigrationTechniques.PostCopy));
            Assert.Equal((choice, origin), (plan.Decision("ParallelConnections").Asked, plan.Decision("ParallelConnections").Origin));
            Assert.Equal((version, outcome == OffAloud), (version, plan.Warnings.Any(warning => warning.Contains("parallel connections are off", StringComparison.Ordinal))));
            if (outcome is Off or OffAloud && choice != "Disabled")
            {
                Assert.Contains("post-copy", plan.Decision("ParallelConnections").Reason, StringComparison.Ordinal);
                Assert.Equal("Disabled", plan.Decision("ParallelConnections").Taken);
            }
        }
    }

    [Theory]
    [InlineData("10.1", "10.1", true)]
    [InlineData("11.0", "10.1.2", true)]
    [InlineData("10.0.92", "10.1", false)]
    [InlineData("10.1", "10.0.92", false)]
    public void Both_QEMUs_must_be_new_enough_for_both(string source, string destination, bool allowed)
    {
        MigrationRequest request = Parallel(SettingOrigin.Parameter, "Parallel").Asking(it => it with { Policy = BuiltInPolicies.PostCopy }).OfMachine("pc-q35-10.1");
        request = request with { Source = request.Source.WithVersions("11.3", source), Destination = request.Destination.WithVersions("11.3", destination) };
        if (allowed)
        {
            Assert.True(request.Planned().Transfer.Uses(MigrationTechniques.Parallel | MigrationTechniques.PostCopy));
        }
        else
        {
            Assert.Contains("10.0.92", request.Refused(Refused).Message, StringComparison.Ordinal);
        }
    }

    // Seen to hang, so that not even an abort ended it.
    [Theory]
    [InlineData("pc-q35-10.1", true)]
    [InlineData("pc-q35-11.0", true)]
    [InlineData("pc-q35-rhel9.6.0", true)]
    [InlineData("pc-q35-10.0", false)]
    [InlineData("pc-q35-7.2", false)]
    [InlineData("pc-i440fx-9.2", false)]
    public void The_machine_type_must_be_new_enough_for_both_where_its_version_is_known(string machine, bool allowed)
    {
        MigrationRequest request = Parallel(SettingOrigin.Parameter, "Parallel").Asking(it => it with { Policy = BuiltInPolicies.PostCopy })
            .WithVersions("12.8", "11.1").OfMachine(machine);
        if (allowed)
        {
            Assert.True(request.Planned().Transfer.Uses(MigrationTechniques.Parallel | MigrationTechniques.PostCopy));
        }
        else
        {
            Assert.Contains(machine, request.Refused(Refused).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_policy_that_makes_it_parallel_and_post_copy_by_parameter_are_refused() =>
        Given.Request(BuiltInPolicies.VeryLarge).Asking(it => it with { PostCopy = PostCopyMode.Armed }).Refused(Refused);

    [Fact]
    public void A_paused_VM_has_no_post_copy_to_exclude_them()
    {
        MigrationRequest request = Parallel(SettingOrigin.Parameter, "Parallel").Asking(it => it with { Policy = BuiltInPolicies.PostCopy });
        Assert.True((request with { Vm = request.Vm with { State = VmPowerState.Paused } }).Planned().IsParallel());
    }

    // VeryLarge is refused where parallel migration is forbidden, whatever the VM states itself; a number or Parallel by parameter too.
    [Theory]
    [InlineData(null, "Disabled", "VeryLarge", "ParallelForbidden")]
    [InlineData(null, "Auto", "VeryLarge", "ParallelForbidden")]
    [InlineData(SettingOrigin.Vm, "Auto", "VeryLarge", "ParallelForbidden")]
    [InlineData(SettingOrigin.Vm, "Disabled", "VeryLarge", "ParallelForbidden")]
    [InlineData(SettingOrigin.Vm, "Parallel", "VeryLarge", "ParallelForbidden")]
    [InlineData(SettingOrigin.Vm, "8", "VeryLarge", "ParallelForbidden")]
    [InlineData(SettingOrigin.Parameter, "Parallel", "VeryLarge", "ParallelForbidden")]
    [InlineData(SettingOrigin.Parameter, "Disabled", "VeryLarge", "ParallelForbidden")]
    [InlineData(SettingOrigin.Parameter, "Parallel", "MinimalDowntime", "ParallelForbidden")]
    [InlineData(SettingOrigin.Parameter, "8", "MinimalDowntime", "ParallelForbidden")]
    [InlineData(SettingOrigin.Parameter, "Auto", "MinimalDowntime", Off)]
    [InlineData(SettingOrigin.Vm, "Parallel", "MinimalDowntime", OffAloud)]
    [InlineData(SettingOrigin.Vm, "8", "PostCopy", OffAloud)]
    [InlineData(SettingOrigin.Vm, "Auto", "MinimalDowntime", Off)]
    [InlineData(null, "Disabled", "MinimalDowntime", Off)]
    public void Where_the_cluster_forbids_them(SettingOrigin? origin, string choice, string policy, string outcome)
    {
        MigrationRequest request = (origin is null ? Given.Request() : Parallel(origin.Value, choice))
            .WithLinks("100Gbps", "100Gbps")
            .Asking(it => it with { Policy = BuiltInPolicies.Find(policy) });
        request = request with { Cluster = request.Cluster with { ParallelAllowed = false } };
        if (outcome == "ParallelForbidden")
        {
            Assert.Contains("'c1'", (request with { Cluster = request.Cluster with { Cluster = "c1" } }).Refused(outcome).Message, StringComparison.Ordinal);
            return;
        }

        MigrationPlan plan = request.Planned();
        Assert.False(plan.IsParallel());
        Assert.Equal(outcome == OffAloud, plan.Warnings.Count > 0);
        Assert.Equal(choice != "Disabled", plan.Decision("ParallelConnections").Reason.Contains("forbids", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(SettingOrigin.Parameter, "Parallel", "ParallelNotSupported")]
    [InlineData(SettingOrigin.Parameter, "2", "ParallelNotSupported")]
    [InlineData(SettingOrigin.Parameter, "Auto", Off)]
    [InlineData(SettingOrigin.Vm, "Parallel", OffAloud)]
    [InlineData(SettingOrigin.Cluster, "8", OffAloud)]
    [InlineData(SettingOrigin.Cluster, "Auto", Off)]
    public void Where_a_host_is_too_old_for_them(SettingOrigin origin, string choice, string outcome)
    {
        MigrationRequest request = Parallel(origin, choice).WithLinks("100Gbps", "100Gbps");
        foreach (MigrationRequest there in new[]
            {
                request with { Source = request.Source.WithVersions("5.1.9", "10.0") },
                request with { Destination = request.Destination.WithVersions("11.3", "3.1.9") },
            })
        {
            if (outcome == "ParallelNotSupported")
            {
                there.Refused(outcome);
                continue;
            }

            MigrationPlan plan = there.Planned();
            Assert.False(plan.IsParallel());
            Assert.Equal(outcome == OffAloud, plan.Warnings.Count > 0);
            Assert.Contains(" needs ", plan.Decision("ParallelConnections").Reason, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("Disabled", null, null, null)]
    [InlineData("Auto", "9999Mbps", null, null)]
    [InlineData("Auto", "19999Mbps", null, null)]
    [InlineData("Auto", "20000Mbps", null, 2)]
    [InlineData("Auto", "100Gbps", null, 10)]
    [InlineData("Auto", "400Gbps", null, 16)]
    [InlineData("Auto", "400Gbps", 5, 5)]
    [InlineData("Auto", null, null, null)]
    [InlineData("Parallel", "9999Mbps", null, 2)]
    [InlineData("Parallel", "10000Mbps", null, 2)]
    [InlineData("Parallel", "100Gbps", 3, 3)]
    [InlineData("Parallel", null, null, 2)]
    [InlineData("8", null, 2, 8)]
    [InlineData("8", "1Gbps", null, 8)]
    public void The_number_follows_the_choice_the_link_and_the_limit(string choice, string? link, int? limit, int? connections)
    {
        MigrationRequest request = Given.Request().WithLinks(link, link).InCluster(it => it with
        {
            ParallelConnections = ParallelChoice.Parse(choice),
            MaxParallelConnections = limit,
        });
        MigrationPlan plan = (request with { Definition = request.Definition with { OnlineVCpus = 64 } }).Planned();
        Assert.Equal(connections, plan.Transfer.ParallelConnections);
        Assert.Equal(connections is not null, plan.Transfer.Uses(MigrationTechniques.Parallel));
        Assert.Equal(connections?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "Disabled", plan.Decision("ParallelConnections").Taken);
        Assert.Empty(plan.Warnings);
    }

    // The VM's limit stands above the cluster's.
    [Theory]
    [InlineData(null, null, 12)]
    [InlineData(null, 6, 6)]
    [InlineData(4, 6, 4)]
    [InlineData(8, 6, 8)]
    public void The_limit_is_the_VMs_or_the_clusters(int? vm, int? cluster, int connections) => Assert.Equal(connections, Given.Request()
        .WithLinks("120Gbps", "120Gbps")
        .Stating(new() { MaxParallelConnections = vm, ParallelConnections = ParallelChoice.Auto })
        .InCluster(it => it with { MaxParallelConnections = cluster })
        .Planned().Transfer.ParallelConnections);

    [Theory]
    [InlineData(1, null, "Auto")]
    [InlineData(1, 2, "Parallel")]
    [InlineData(2, 2, "Auto")]
    [InlineData(4, 4, "Auto")]
    public void The_emulator_pin_bounds_the_automatic_number(int cpus, int? connections, string choice)
    {
        MigrationRequest request = Given.Request().WithLinks("100Gbps", "100Gbps").InCluster(it => it with { ParallelConnections = ParallelChoice.Parse(choice) });
        MigrationPlan plan = (request with { Definition = request.Definition with { EmulatorPin = [.. Enumerable.Range(0, cpus)] } }).Planned();
        Assert.Equal(connections, plan.Transfer.ParallelConnections);
        Assert.Contains($"{cpus} emulator CPUs", plan.Decision("ParallelConnections").Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(8, 2, 64, 2)]
    [InlineData(8, 64, 2, 2)]
    [InlineData(8, 1, 1, 2)]
    [InlineData(8, 6, 64, 6)]
    [InlineData(2, 64, 64, 2)]
    public void A_number_is_bounded_by_the_threads_of_either_host(int asked, int source, int destination, int connections)
    {
        MigrationRequest request = Given.Request().Asking(it => it with { ParallelConnections = ParallelChoice.Number(asked) });
        MigrationPlan plan = (request with
        {
            Source = request.Source with { Facts = request.Source.Facts with { Threads = source } },
            Destination = request.Destination with { Facts = request.Destination.Facts with { Threads = destination } },
        }).Planned();
        Assert.Equal(connections, plan.Transfer.ParallelConnections);
        Assert.Equal(asked != connections, plan.Decision("ParallelConnections").Changed);
    }

    [Theory]
    [InlineData(16, null, 0)]
    [InlineData(17, null, 1)]
    [InlineData(4, 4, 0)]
    [InlineData(5, 4, 1)]
    [InlineData(20, 4, 2)]
    public void A_number_above_16_or_above_the_emulators_CPUs_warns(int asked, int? emulatorCpus, int warnings)
    {
        MigrationRequest request = Given.Request().Asking(it => it with { ParallelConnections = ParallelChoice.Number(asked) });
        MigrationPlan plan = (request with
        {
            Definition = request.Definition with { EmulatorPin = emulatorCpus is int cpus ? [.. Enumerable.Range(0, cpus)] : null },
        }).Planned();
        Assert.Equal(asked, plan.Transfer.ParallelConnections);
        Assert.Equal(warnings, plan.Warnings.Count);
        Assert.All(plan.Warnings, warning => Assert.Contains($"{asked}", warning, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Disabled", "2")]
    [InlineData("Auto", "2")]
    [InlineData("Parallel", "2")]
    [InlineData("6", "6")]
    public void A_policy_with_zero_copy_raises_what_is_less(string stated, string taken)
    {
        MigrationPlan plan = Parallel(SettingOrigin.Cluster, stated).WithLinks(null, null).Asking(it => it with { Policy = BuiltInPolicies.VeryLarge }).Planned();
        Assert.Equal((stated, taken), (plan.Decision("ParallelConnections").Asked, plan.Decision("ParallelConnections").Taken));
        Assert.Equal(
            stated is "Disabled" or "Auto",
            plan.Decision("ParallelConnections").Reason.Contains("policy VeryLarge makes it parallel", StringComparison.Ordinal));
        Assert.True(plan.Transfer.Uses(MigrationTechniques.ZeroCopy));
    }

    private static MigrationRequest Parallel(SettingOrigin origin, string choice)
    {
        ParallelChoice parallel = ParallelChoice.Parse(choice);
        return origin switch
        {
            SettingOrigin.Parameter => Given.Request().Asking(it => it with { ParallelConnections = parallel }).InCluster(it => it),
            SettingOrigin.Vm => Given.Request().Stating(new() { ParallelConnections = parallel }).InCluster(it => it),
            _ => Given.Request().InCluster(it => it with { ParallelConnections = parallel }),
        };
    }

    private static MigrationRequest WithPostCopy(MigrationRequest request, string how) => how switch
    {
        "policy by parameter" => request.Asking(it => it with { Policy = BuiltInPolicies.PostCopy }),
        "policy of the VM" => request.Stating(request.Definition.Options with { Policy = "PostCopy" }),
        "policy of the cluster" => request with { Cluster = request.Cluster with { Policy = "PostCopy" } },
        "armed by parameter" => request.Asking(it => it with { PostCopy = PostCopyMode.Armed }),
        "policy that arms" => request.Asking(it => it with { Policy = s_armed }),
        "policy with a deadline" => request.Asking(it => it with { Policy = s_late }),
        "policy, taken back by parameter" => request.Asking(it => it with { Policy = BuiltInPolicies.PostCopy, PostCopy = PostCopyMode.Off }),
        _ => request,
    };
}
