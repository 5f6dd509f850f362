using VirtMigration.Options;
using VirtMigration.Policies;
using VirtMigration.Units;
using Xunit;

namespace VirtMigration.UnitTests.Options;

public sealed class OptionTextTests
{
    private static readonly ClusterMigrationOptions s_full = new()
    {
        Cluster = "c1",
        Policy = "VeryLarge",
        ParallelConnections = ParallelChoice.Number(8),
        MaxParallelConnections = 12,
        ParallelAllowed = true,
        MigrationBandwidth = BandwidthChoice.Parse("5Gbps"),
        SwitchoverBandwidth = BandwidthChoice.Link,
        Encryption = true,
        GuestNotice = GuestNotice.Parse("agent:notify"),
        MaxConcurrent = 3,
        MigrationNetwork = "10.78.0.0/24",
        PassthroughCountsAsPinned = false,
    };

    private static readonly VmMigrationOptions s_fullOfVm = new()
    {
        Policy = "PostCopy",
        ParallelConnections = ParallelChoice.Auto,
        MaxParallelConnections = 6,
        MigrationBandwidth = BandwidthChoice.Parse("unlimited"),
        SwitchoverBandwidth = BandwidthChoice.Parse("100MB/s"),
        Encryption = false,
        MaxDowntime = TimeSpan.FromMilliseconds(1500),
        RemapPins = true,
        GuestNotice = GuestNotice.Parse("channel:org.example.notice.0"),
        MigrationMode = MigrationMode.NotMigratable,
        MigrationPriority = MigrationPriority.High,
        HighPerformance = false,
        AssignedHosts = HostNames.Parse("h2,h1"),
        ExcludedHosts = HostNames.Parse("h3"),
        PreferredHosts = HostNames.Parse("h1 h1"),
        AvoidedHosts = HostNames.Parse("h2"),
    };

    [Fact]
    public void A_cluster_that_states_nothing_is_default_throughout_and_no_option_is_left_out()
    {
        IReadOnlyList<(string Setting, string Value)> text = OptionText.Of(new ClusterMigrationOptions { Cluster = "c1" });
        Assert.Equal(
            typeof(ClusterMigrationOptions).GetProperties().Select(property => property.Name).Where(name => name != "Cluster").Order(),
            text.Select(pair => pair.Setting).Order());
        Assert.All(text, pair => Assert.Equal("Default", pair.Value));
    }

    [Fact]
    public void A_VM_that_states_nothing_has_the_clusters_values_and_no_option_is_left_out()
    {
        IReadOnlyList<(string Setting, string Value)> text = OptionText.Of(VmMigrationOptions.Empty);
        Assert.Equal(
            typeof(VmMigrationOptions).GetProperties().Select(property => property.Name).Where(name => name is not ("Empty" or "Problem")).Order(),
            text.Select(pair => pair.Setting).Order());
        Assert.All(text, pair => Assert.Equal("ClusterValue", pair.Value));
    }

    [Fact]
    public void What_is_stated_is_written_as_people_write_it()
    {
        Assert.Equal(
            ["VeryLarge", "8", "12", "True", "5 Gbps", "Link", "True", "agent:notify", "3", "10.78.0.0/24", "False"],
            OptionText.Of(s_full).Select(pair => pair.Value));
        Assert.Equal(
            [
                "PostCopy", "Auto", "6", "unlimited", "800 Mbps", "False", "1500 ms", "True", "channel:org.example.notice.0", "NotMigratable", "High", "False",
                "h1,h2", "h3", "h1", "h2",
            ],
            OptionText.Of(s_fullOfVm).Select(pair => pair.Value));
    }

    [Fact]
    public void A_difference_names_what_changes_before_and_after()
    {
        ClusterMigrationOptions before = new() { Cluster = "c1", Encryption = false };
        Assert.Equal("nothing changes", OptionText.Difference(OptionText.Of(before), OptionText.Of(before)));
        Assert.Equal(
            "Policy Default -> VeryLarge, Encryption False -> True",
            OptionText.Difference(OptionText.Of(before), OptionText.Of(before with { Policy = "VeryLarge", Encryption = true })));
        Assert.Equal(
            "ParallelConnections 8 -> Default",
            OptionText.Difference(OptionText.Of(s_full), OptionText.Of(s_full with { ParallelConnections = null })));
    }

    // What -WhatIf says must not be that nothing happens when something does.
    [Fact]
    public void A_difference_that_rounding_hides_is_a_difference()
    {
        ClusterMigrationOptions before = s_full with { MigrationBandwidth = BandwidthChoice.Parse("10001Mbps") };
        ClusterMigrationOptions after = s_full with { MigrationBandwidth = BandwidthChoice.Parse("10004Mbps") };
        Assert.NotEqual("nothing changes", OptionText.Difference(OptionText.Of(before), OptionText.Of(after)));
    }

    [Fact]
    public void A_clusters_options_as_they_count_have_the_products_defaults_and_say_what_is_stated()
    {
        ClusterMigrationOption silent = ClusterMigrationOption.From(new() { Cluster = "c1" });
        Assert.Equal(
            ("c1", "MinimalDowntime", ParallelChoice.Disabled, 16, true, BandwidthChoice.Link, BandwidthChoice.None, false),
            (silent.Cluster, silent.Policy, silent.ParallelConnections, silent.MaxParallelConnections, silent.ParallelAllowed, silent.MigrationBandwidth,
                silent.SwitchoverBandwidth, silent.Encryption));
        Assert.Null(silent.MaxConcurrent);
        Assert.Null(silent.MigrationNetwork);
        Assert.Equal((GuestNotice.Disabled, "agent:notify"), (silent.GuestNotice, ClusterMigrationOption.From(s_full).GuestNotice.Value));
        Assert.True(silent.PassthroughCountsAsPinned);
        Assert.False(ClusterMigrationOption.From(s_full).PassthroughCountsAsPinned);
        Assert.Empty(silent.Stated);

        ClusterMigrationOption full = ClusterMigrationOption.From(s_full);
        Assert.Equal(
            ("VeryLarge", ParallelChoice.Number(8), 12, BandwidthChoice.Parse("5Gbps"), BandwidthChoice.Link, true, 3, "10.78.0.0/24"),
            (full.Policy, full.ParallelConnections, full.MaxParallelConnections, full.MigrationBandwidth, full.SwitchoverBandwidth, full.Encryption,
                full.MaxConcurrent, full.MigrationNetwork));
        Assert.Equal(OptionText.Of(s_full).Select(pair => pair.Setting), full.Stated);
        Assert.Equal(["ParallelAllowed"], ClusterMigrationOption.From(new() { Cluster = "c1", ParallelAllowed = true }).Stated);
    }

    [Fact]
    public void A_VMs_options_show_what_it_states_and_what_counts()
    {
        VmMigrationOption option = VmMigrationOption.From(
            Given.Vm(),
            Given.Definition() with
            {
                Options = new() { ParallelConnections = ParallelChoice.Auto, AssignedHosts = HostNames.Parse("h1 h2"), Problem = "half of it is unknown" },
                VCpuPins = [new(0, [1])],
            },
            new() { Cluster = "c1", Policy = "VeryLarge", Encryption = true },
            BuiltInPolicies.All);
        Assert.Equal(("db1", Given.Id(101), "h1", "c1"), (option.VM, option.Uuid, option.Host, option.Cluster));
        Assert.Equal(
            ["ClusterValue", "Auto", "ClusterValue", "ClusterValue", "ClusterValue", "ClusterValue", "ClusterValue"],
            [
                option.Policy, option.ParallelConnections, option.MaxParallelConnections, option.MigrationBandwidth, option.SwitchoverBandwidth, option.Encryption,
                option.MaxDowntime,
            ]);
        Assert.Equal(
            ["ClusterValue", "ClusterValue", "ClusterValue", "ClusterValue", "ClusterValue", "h1,h2", "ClusterValue", "ClusterValue", "ClusterValue"],
            [
                option.RemapPins, option.GuestNotice, option.MigrationMode, option.MigrationPriority, option.HighPerformance, option.AssignedHosts,
                option.ExcludedHosts, option.PreferredHosts, option.AvoidedHosts,
            ]);
        Assert.Equal(["vCPU 0 is pinned"], Assert.IsType<string[]>(option.PinnedBy));
        Assert.Equal(
            [
                "Policy VeryLarge (Cluster)", "ParallelConnections Auto (Vm)", "MaxParallelConnections 16 (Default)", "MigrationBandwidth Link (Default)",
                "SwitchoverBandwidth None (Default)", "Encryption True (Cluster)", "MaxDowntime 300 ms (Policy)",
                "RemapPins False (Default)", "GuestNotice Disabled (Default)", "MigrationMode ManualOnly (Default)",
                "MigrationPriority Medium (Default)",
            ],
            option.Effective.Select(one => one.ToString()));
        Assert.Equal("half of it is unknown", option.Problem);
    }

    [Fact]
    public void What_a_VM_states_is_read_back_from_what_it_shows()
    {
        VmMigrationOption option = VmMigrationOption.From(Given.Vm(), Given.Definition() with { Options = s_fullOfVm }, new() { Cluster = "c1" }, BuiltInPolicies.All);
        Assert.Equal(s_fullOfVm.ParallelConnections, ParallelChoice.Parse(option.ParallelConnections));
        Assert.Equal(s_fullOfVm.MigrationBandwidth, BandwidthChoice.Parse(option.MigrationBandwidth));
        Assert.Equal(s_fullOfVm.MaxDowntime, DurationText.Parse(option.MaxDowntime));
        Assert.Equal("False", option.Encryption);
        Assert.Equal(
            s_fullOfVm with { Policy = null },
            OptionEdit.OfVm(OptionText.Of(s_fullOfVm).ToDictionary(pair => pair.Setting, pair => pair.Setting == "Policy" ? "ClusterValue" : pair.Value))(s_fullOfVm));
    }
}
