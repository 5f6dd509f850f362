using VirtMigration.Inventory;
using VirtMigration.Options;
using Xunit;

namespace VirtMigration.UnitTests.Options;

public sealed class HostListsTests
{
    private static readonly HostRegistration[] s_hosts = [Given.Registration("h1"), Given.Registration("h2")];

    public static TheoryData<string, Func<VmMigrationOptions, HostNames?, VmMigrationOptions>> Lists => new()
    {
        { "AssignedHosts", (options, hosts) => options with { AssignedHosts = hosts } },
        { "ExcludedHosts", (options, hosts) => options with { ExcludedHosts = hosts } },
        { "PreferredHosts", (options, hosts) => options with { PreferredHosts = hosts } },
        { "AvoidedHosts", (options, hosts) => options with { AvoidedHosts = hosts } },
    };

    [Theory]
    [MemberData(nameof(Lists))]
    public void Hosts_are_named_as_they_were_registered_and_must_be_of_the_cluster(string setting, Func<VmMigrationOptions, HostNames?, VmMigrationOptions> state)
    {
        VmMigrationOptions settled = HostLists.Settle(state(VmMigrationOptions.Empty, HostNames.Parse("H2,h1")), VmMigrationOptions.Empty, s_hosts, "c1");
        Assert.Equal("h1,h2", OptionText.Of(settled).Single(pair => pair.Setting == setting).Value);
        UnknownNameException error = Assert.Throws<UnknownNameException>(
            () => HostLists.Settle(state(VmMigrationOptions.Empty, HostNames.Parse("h1,h3")), VmMigrationOptions.Empty, s_hosts, "c1"));
        Assert.Equal(("HostNotFound", "h3"), (error.ErrorId, error.Target));
        Assert.Equal("There is no host 'h3' in cluster 'c1'. Did you mean 'h1', 'h2'?", error.Message);

        // It came with the VM from elsewhere: what it states besides can be changed.
        VmMigrationOptions foreign = state(VmMigrationOptions.Empty, HostNames.Parse("far1"));
        Assert.Equal(foreign with { Encryption = true }, HostLists.Settle(foreign with { Encryption = true }, foreign, s_hosts, "c1"));
    }

    [Theory]
    [InlineData("h1,h2", "h2,h3", null, null, "h2")]
    [InlineData("h1,h2", "H1,H2", null, null, "h1 and h2")]
    [InlineData("h1", "h2", "h1", "h2", null)]
    [InlineData(null, null, "h1,h2", "h2", "h2")]
    [InlineData("h1", null, null, "h1", null)]
    [InlineData(null, "h1", "h1", null, null)]
    public void What_no_host_can_be_at_once_is_refused(string? assigned, string? excluded, string? preferred, string? avoided, string? both)
    {
        VmMigrationOptions options = new() { AssignedHosts = Names(assigned), ExcludedHosts = Names(excluded), PreferredHosts = Names(preferred), AvoidedHosts = Names(avoided) };
        if (both is null)
        {
            OptionRules.Check(options, "db1");
            return;
        }

        VirtMigrationException error = Assert.Throws<VirtMigrationException>(() => OptionRules.Check(options, "db1"));
        Assert.Equal(("HostsContradict", "db1"), (error.ErrorId, error.Target));
        Assert.Contains($"'db1' cannot have {both} among its", error.Message, StringComparison.Ordinal);
        Assert.NotEmpty(error.RecommendedAction);
    }

    private static HostNames? Names(string? text) => text is null ? null : HostNames.Parse(text);
}
