using VirtMigration.Options;
using Xunit;

namespace VirtMigration.UnitTests.Options;

public sealed class OptionEditTests
{
    [Theory]
    [InlineData("ManualAndAutomatic", MigrationMode.ManualAndAutomatic)]
    [InlineData("manualonly", MigrationMode.ManualOnly)]
    [InlineData(" NOTMIGRATABLE ", MigrationMode.NotMigratable)]
    [InlineData("ClusterValue", null)]
    [InlineData("", null)]
    public void A_mode_is_read_without_regard_to_case(string text, MigrationMode? mode) =>
        Assert.Equal(mode, OptionEdit.OfVm(Typed("MigrationMode", text))(new() { MigrationMode = MigrationMode.ManualOnly }).MigrationMode);

    [Theory]
    [InlineData("Manual")]
    [InlineData("1")]
    [InlineData("Default")]
    public void What_is_no_mode_is_refused_with_those_there_are(string text)
    {
        VirtMigrationException error = Assert.Throws<VirtMigrationException>(() => OptionEdit.OfVm(Typed("MigrationMode", text)));
        Assert.Equal(("OptionInvalid", "MigrationMode"), (error.ErrorId, error.Target));
        Assert.Contains($"'{text}'", error.Message, StringComparison.Ordinal);
        Assert.Contains("ManualAndAutomatic, ManualOnly, NotMigratable", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("High", MigrationPriority.High)]
    [InlineData("medium", MigrationPriority.Medium)]
    [InlineData(" LOW ", MigrationPriority.Low)]
    [InlineData("ClusterValue", null)]
    public void A_priority_is_read_without_regard_to_case(string text, MigrationPriority? priority) =>
        Assert.Equal(priority, OptionEdit.OfVm(Typed("MigrationPriority", text))(new() { MigrationPriority = MigrationPriority.Medium }).MigrationPriority);

    [Theory]
    [InlineData("Highest")]
    [InlineData("3")]
    public void What_is_no_priority_is_refused_with_those_there_are(string text)
    {
        VirtMigrationException error = Assert.Throws<VirtMigrationException>(() => OptionEdit.OfVm(Typed("MigrationPriority", text)));
        Assert.Equal(("OptionInvalid", "MigrationPriority"), (error.ErrorId, error.Target));
        Assert.Contains("there is no such priority", error.Message, StringComparison.Ordinal);
        Assert.Contains("Low, Medium, High", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("h2,h1", "h1,h2")]
    [InlineData("h2, h1", "h1,h2")]
    [InlineData("H1,h1", "H1")]
    [InlineData("clustervalue", null)]
    [InlineData("", null)]
    [InlineData(",", null)]
    public void Hosts_are_read_from_one_text_or_from_several(string text, string? hosts)
    {
        foreach (string setting in (string[])["AssignedHosts", "ExcludedHosts", "PreferredHosts", "AvoidedHosts"])
        {
            VmMigrationOptions before = OptionEdit.OfVm(Typed(setting, "h7"))(VmMigrationOptions.Empty);
            Assert.Equal("h7", Value(before, setting));
            Assert.Equal(hosts ?? "ClusterValue", Value(OptionEdit.OfVm(Typed(setting, text))(before), setting));
        }
    }

    [Fact]
    public void What_is_not_typed_stays()
    {
        VmMigrationOptions full = new()
        {
            RemapPins = true,
            GuestNotice = GuestNotice.Parse("channel:a"),
            MigrationMode = MigrationMode.ManualOnly,
            MigrationPriority = MigrationPriority.Low,
            HighPerformance = true,
            AssignedHosts = HostNames.Parse("h1"),
            ExcludedHosts = HostNames.Parse("h2"),
            PreferredHosts = HostNames.Parse("h3"),
            AvoidedHosts = HostNames.Parse("h4"),
        };
        Assert.Equal(full with { Encryption = true }, OptionEdit.OfVm(Typed("Encryption", "true"))(full));
        Assert.Equal(VmMigrationOptions.Empty, OptionEdit.OfVm(OptionText.Of(full).ToDictionary(pair => pair.Setting, _ => "ClusterValue"))(full));
        ClusterMigrationOptions cluster = new() { Cluster = "c1", PassthroughCountsAsPinned = false };
        Assert.Equal(cluster with { Encryption = true }, OptionEdit.OfCluster(Typed("Encryption", "true"))(cluster));
        Assert.Null(OptionEdit.OfCluster(Typed("PassthroughCountsAsPinned", "Default"))(cluster).PassthroughCountsAsPinned);
        Assert.True(OptionEdit.OfCluster(Typed("PassthroughCountsAsPinned", "true"))(cluster).PassthroughCountsAsPinned);
    }

    private static Dictionary<string, string> Typed(string setting, string text) => new() { [setting] = text };

    private static string Value(VmMigrationOptions options, string setting) => OptionText.Of(options).Single(pair => pair.Setting == setting).Value;
}
