using VirtMigration.Inventory;
using VirtMigration.Placement;
using VirtMigration.Planning;
using VirtMigration.Units;
using Xunit;

namespace VirtMigration.UnitTests.Placement;

public sealed class DestinationSelectorTests
{
    [Fact]
    public void A_host_like_the_source_fits() => Assert.Empty(Findings(Given.Host("h2")));

    [Fact]
    public void A_host_with_the_sources_UUID_is_the_source_whatever_its_name()
    {
        DestinationFinding finding = Assert.Single(Findings(Change("h2", facts => facts with { Uuid = Given.Id(1) })));
        Assert.Equal("SameHost", finding.Id);
    }

    [Theory]
    [InlineData("TEST")]
    [InlineData("Xen")]
    public void A_host_must_run_QEMU(string hypervisor)
    {
        DestinationFinding finding = Assert.Single(Findings(Change("h2", facts => facts with { Hypervisor = hypervisor })));
        Assert.Equal("HypervisorNotQemu", finding.Id);
        Assert.Contains(hypervisor, finding.Present, StringComparison.Ordinal);
    }

    [Fact]
    public void A_host_must_have_the_guests_architecture()
    {
        DestinationFinding finding = Assert.Single(Findings(Change("h2", facts => facts with { Architecture = "aarch64" })));
        Assert.Equal("ArchitectureDiffers", finding.Id);
    }

    [Fact]
    public void A_host_must_know_the_machine_type()
    {
        DestinationFinding finding = Assert.Single(Findings(Change("h2", facts => facts with { MachineTypes = new HashSet<string> { "pc-q35-6.2" } })));
        Assert.Equal("MachineTypeUnknown", finding.Id);
        Assert.Contains("pc-q35-7.2", finding.Required, StringComparison.Ordinal);
    }

    [Fact]
    public void A_host_that_tells_no_machine_types_is_not_held_against() =>
        Assert.Empty(Findings(Change("h2", facts => facts with { MachineTypes = new HashSet<string>() })));

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void A_host_must_have_the_memory_available_now(int availableGiB, bool blocked)
    {
        IReadOnlyList<DestinationFinding> findings = Findings(Available("h2", availableGiB));
        Assert.Equal(blocked ? ["MemoryInsufficient"] : [], findings.Select(finding => finding.Id));
        Assert.Equal(blocked ? ["h2: needs 64 GiB of memory and 192 MiB for QEMU itself, has 64 GiB available"] : [], findings.Select(finding => finding.ToString()));
    }

    [Fact]
    public void A_host_that_does_not_tell_its_memory_is_not_held_against() =>
        Assert.DoesNotContain(Findings(Change("h2", facts => facts with { AvailableMemory = null })), finding => finding.Severity == FindingSeverity.Blocker);

    [Fact]
    public void All_findings_are_reported_and_all_block()
    {
        IReadOnlyList<DestinationFinding> findings = Findings(Change("h2", facts => facts with
        {
            Uuid = Given.Id(1),
            Hypervisor = "TEST",
            Architecture = "aarch64",
            MachineTypes = new HashSet<string> { "virt-9.0" },
            AvailableMemory = Given.GiB(1),
        }));
        Assert.Equal(
            ["SameHost", "HypervisorNotQemu", "ArchitectureDiffers", "MachineTypeUnknown", "MemoryInsufficient"],
            findings.Select(finding => finding.Id));
        Assert.All(findings, finding => Assert.Equal(("h2", FindingSeverity.Blocker), (finding.Host, finding.Severity)));
        Assert.All(findings, finding => Assert.NotEmpty(finding.Action));
    }

    [Fact]
    public void The_host_with_the_most_memory_available_is_chosen() =>
        Assert.Equal("h3", Choose(Available("h2", 100), Available("h3", 120), Available("h4", 110)).Destination);

    [Fact]
    public void Among_equals_the_first_by_name_is_chosen() =>
        Assert.Equal("h2", Choose(Available("h4", 100), Available("h2", 100), Available("h3", 100)).Destination);

    [Fact]
    public void A_blocked_host_is_passed_over_however_much_memory_it_has() =>
        Assert.Equal("h3", Choose(Change("h2", facts => facts with { Architecture = "aarch64" }), Available("h3", 65)).Destination);

    [Fact]
    public void A_silent_host_does_not_hinder_another() =>
        Assert.Equal("h3", DestinationSelector.Choose(Given.Vm(), Reports([Given.Host("h3")], "h2")).Destination);

    // The nearest to fitting comes first, with what is in its way; a host that is far from it has one line all the same.
    [Fact]
    public void Where_no_host_fits_each_has_a_line_with_its_least_obstacle()
    {
        HostInventory wrong = Change("h2", facts => facts with { Architecture = "aarch64", MachineTypes = new HashSet<string> { "virt" } });
        VirtMigrationException error = Assert.Throws<VirtMigrationException>(() =>
            DestinationSelector.Choose(Given.Vm(), Reports([wrong, Available("h3", 12)], "h4")));
        Assert.Equal("NoDestination", error.ErrorId);
        Assert.Equal(
            "No host of cluster 'c1' can take VM 'db1':\n"
            + "  h3  needs 64 GiB of memory and 192 MiB for QEMU itself, has 12 GiB available\n"
            + "  h2  needs architecture x86_64, is aarch64 (and 1 more)\n"
            + "  h4  needs a host that answers, no route",
            error.Message);
        Assert.Contains("Free memory there", error.RecommendedAction, StringComparison.Ordinal);
        Assert.Contains("Test-MigrationDestination db1", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_only_silent_hosts_are_left_they_are_the_reason()
    {
        VirtMigrationException error = Assert.Throws<VirtMigrationException>(() => DestinationSelector.Choose(Given.Vm(), Reports([], "h2")));
        Assert.Contains("h2  needs a host that answers, no route", error.Message, StringComparison.Ordinal);
        Assert.Contains("See to it that h2 answers.", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cluster_of_one_host_has_nowhere_to_go()
    {
        VirtMigrationException error = Assert.Throws<VirtMigrationException>(() => Choose());
        Assert.Equal("NoDestination", error.ErrorId);
        Assert.Contains("no other host than h1", error.Message, StringComparison.Ordinal);
        Assert.Contains("Register-VmHost", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public void A_named_host_with_blockers_is_refused_with_all_of_them()
    {
        VirtMigrationException error = Assert.Throws<VirtMigrationException>(() => DestinationSelector.Require(Reports(
            [Change("h2", facts => facts with { Architecture = "aarch64", AvailableMemory = Given.GiB(1) })])[0]));
        Assert.Equal("DestinationUnfit", error.ErrorId);
        Assert.Contains("needs architecture x86_64", error.Message, StringComparison.Ordinal);
        Assert.Contains("needs 64 GiB of memory", error.Message, StringComparison.Ordinal);
    }

    private static IReadOnlyList<DestinationFinding> Findings(HostInventory destination) => DestinationSelector.Findings(Candidate(destination));

    private static DestinationCandidate Candidate(HostInventory destination) =>
        new(Given.Vm(), Given.Definition(), Given.Host("h1"), destination);

    private static DestinationReport Choose(params HostInventory[] hosts) => DestinationSelector.Choose(Given.Vm(), Reports(hosts));

    private static IReadOnlyList<DestinationReport> Reports(HostInventory[] hosts, params string[] silent) => DestinationRanking.Rank(
        hosts.Select(Candidate),
        silent.Select(host => (host, new HypervisorException(HypervisorFault.Unreachable, host, 38, "no route", $"See to it that {host} answers."))),
        Given.Vm());

    private static HostInventory Available(string name, int gibibytes) =>
        Change(name, facts => facts with { AvailableMemory = ByteSize.FromMebibytes(1024L * gibibytes) });

    private static HostInventory Change(string name, Func<HostFacts, HostFacts> change)
    {
        HostInventory host = Given.Host(name);
        return host with { Facts = change(host.Facts) };
    }
}
