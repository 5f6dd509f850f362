using VirtMigration.Execution;
using VirtMigration.Inventory;
using VirtMigration.Options;
using VirtMigration.Placement;
using VirtMigration.Planning;
using VirtMigration.Policies;
using VirtMigration.State;
using Xunit;

namespace VirtMigration.UnitTests.Execution;

public sealed class DestinationAssessorTests : ClusterOfThree
{
    private readonly DestinationAssessor _assessor;

    public DestinationAssessorTests()
    {
        _assessor = new(Hypervisor, Registry);
    }

    [Fact]
    public async Task Each_other_host_of_the_cluster_has_a_report_and_the_one_with_more_room_comes_first()
    {
        H3.Facts = facts => facts with { AvailableMemory = Given.GiB(200) };
        IReadOnlyList<DestinationReport> reports = await AssessAsync();
        Assert.Equal([("h3", true, 1), ("h2", true, 2)], reports.Select(report => (report.Destination, report.Eligible, report.Rank ?? 0)));
        Assert.All(reports, report => Assert.Equal(("db1", "h1", report.Destination), (report.VM, report.Source, report.Plan?.Destination)));
        Assert.True(reports[0].Score > reports[1].Score);
    }

    [Fact]
    public async Task Only_the_hosts_that_are_named_are_looked_at()
    {
        Assert.Equal(["h3"], (await AssessAsync(destinations: ["h3"])).Select(report => report.Destination));
        Assert.DoesNotContain("GetFacts", H2.Calls);
        UnknownNameException error = await Assert.ThrowsAsync<UnknownNameException>(() => AssessAsync(destinations: ["h9"]));
        Assert.Equal("HostNotFound", error.ErrorId);
    }

    [Fact]
    public async Task A_host_that_does_not_answer_is_one_row_with_its_reason_and_the_others_have_theirs()
    {
        Hypervisor.Silent.Add("h2");
        IReadOnlyList<DestinationReport> reports = await AssessAsync();
        Assert.Equal(["h3", "h2"], reports.Select(report => report.Destination));
        DestinationFinding finding = Assert.Single(reports[1].Findings);
        Assert.Equal(("HostSilent", FindingSeverity.Blocker), (finding.Id, finding.Severity));
        Assert.Contains("no route to h2", finding.Present, StringComparison.Ordinal);
        Assert.False(reports[1].Eligible);
    }

    [Fact]
    public async Task Hosts_are_asked_about_themselves_once_for_all_VMs()
    {
        await AssessAsync("db1", 101);
        await AssessAsync("db2", 102);
        foreach (FakeHost host in (FakeHost[])[H1, H2, H3])
        {
            Assert.Equal((1, 1, 1), (Count(host, "GetFacts"), Count(host, "GetLoad"), Count(host, "GetSurroundings")));
        }
    }

    // Each host has 128 GiB available and each VM needs 64 GiB and what QEMU takes: one fits on each, a third on neither.
    [Fact]
    public async Task VMs_that_each_fit_alone_but_not_together_are_told_so()
    {
        Assert.Equal("h2", (await AssessAsync("db1", 101))[0].Destination);
        Assert.Equal("h3", (await AssessAsync("db2", 102))[0].Destination);
        IReadOnlyList<DestinationReport> third = await AssessAsync("db3", 103);
        Assert.All(third, report =>
        {
            Assert.False(report.Eligible);
            Assert.Contains(report.Findings, finding => finding.Id == "MemoryInsufficient");
        });
        Assert.All(await new DestinationAssessor(Hypervisor, Registry).AssessAsync(Given.Vm("db3", 103), new(), null, CancellationToken.None), report => Assert.True(report.Eligible));
    }

    [Fact]
    public async Task What_the_planner_refuses_is_found_there()
    {
        new OptionCatalog(Registry.Store).Set("c1", options => options with { ParallelAllowed = false });
        IReadOnlyList<DestinationReport> reports = await AssessAsync(policy: BuiltInPolicies.VeryLarge);
        Assert.All(reports, report => Assert.Equal((false, "ParallelForbidden"), (report.Eligible, Assert.Single(report.Findings, finding => finding.Severity == FindingSeverity.Blocker).Id)));
    }

    [Fact]
    public async Task What_the_planner_warns_of_is_found_and_blocks_nothing()
    {
        H2.Facts = facts => facts with { LibvirtVersion = new(8, 4), HypervisorVersion = new(7, 2) };
        IReadOnlyList<DestinationReport> reports = await AssessAsync(policy: BuiltInPolicies.VeryLarge, destinations: ["h2"]);
        Assert.Contains(reports[0].Findings, finding => finding.Id == "PlanWarning" && finding.Present.Contains("zero-copy", StringComparison.Ordinal));
        Assert.True(reports[0].Eligible);
    }

    [Fact]
    public async Task The_destination_is_asked_about_the_VMs_CPU()
    {
        H1.Definition = definition => definition with { Cpu = new() { Mode = CpuMode.HostModel, Model = "EPYC", Text = "<cpu/>" } };
        H2.CpuFits = new(false, "missing features: pcommit");
        IReadOnlyList<DestinationReport> reports = await AssessAsync();
        Assert.Equal(["h3", "h2"], reports.Select(report => report.Destination));
        Assert.Contains(reports[1].Findings, finding => finding.Id == "CpuIncompatible" && finding.Severity == FindingSeverity.Blocker);
    }

    [Fact]
    public async Task A_host_that_answers_and_cannot_judge_the_CPU_leaves_it_open()
    {
        H1.Definition = definition => definition with { Cpu = new() { Mode = CpuMode.HostModel, Model = "EPYC", Text = "<cpu/>" } };
        H2.Fail("CompareCpu", HypervisorFault.Internal);
        DestinationReport report = Assert.Single(await AssessAsync(destinations: ["h2"]));
        Assert.True(report.Eligible);
        Assert.Contains(report.Findings, finding => finding.Id == "CpuUnknown");
    }

    // 64 pages of 1 GiB are free, and each VM needs 40.
    [Fact]
    public async Task Huge_pages_are_counted_in_too()
    {
        HugePagePool pool = new(Given.GiB(1), 100, 64);
        H2.Facts = facts => facts with { Cells = [new(0, Given.GiB(256), Given.GiB(100), [0, 1], [pool])] };
        H1.Definition = definition => definition with { Memory = Given.GiB(40), HugePages = true, HugePageUses = [new(Given.GiB(1), [])] };
        Assert.True(Assert.Single(await AssessAsync("db1", 101, destinations: ["h2"])).Eligible);
        DestinationReport second = Assert.Single(await AssessAsync("db2", 102, destinations: ["h2"]));
        Assert.Contains(second.Findings, finding => finding.Id == "HugePagesInsufficient");
        Assert.False(second.Eligible);
    }

    // 64 pages are free in each cell, and each VM needs 40 of the first: there are enough for both on the host, and not in that cell.
    [Fact]
    public async Task Huge_pages_that_are_tied_to_a_cell_are_counted_in_there()
    {
        HugePagePool pool = new(Given.GiB(1), 100, 64);
        H2.Facts = facts => facts with { Cells = [new(0, Given.GiB(128), Given.GiB(50), [0, 1], [pool]), new(1, Given.GiB(128), Given.GiB(50), [2, 3], [pool])] };
        H1.Definition = definition => definition with
        {
            Memory = Given.GiB(40),
            HugePages = true,
            HugePageUses = [new(Given.GiB(1), [])],
            NumaBindings = [new(null, NumaMode.Strict, [0])],
        };
        Assert.True(Assert.Single(await AssessAsync("db1", 101, destinations: ["h2"])).Eligible);
        DestinationReport second = Assert.Single(await AssessAsync("db2", 102, destinations: ["h2"]));
        DestinationFinding finding = Assert.Single(second.Findings, one => one.Severity == FindingSeverity.Blocker);
        Assert.Equal(("HugePagesInsufficientInCells", "has 64 free there, 40 of them promised to VMs placed before"), (finding.Id, finding.Present));
    }

    // The CPUs that the first one was given are not free for the second.
    [Fact]
    public async Task CPUs_that_a_VM_is_pinned_to_are_taken_for_the_next_one()
    {
        H2.Facts = facts => facts with { OnlineCpus = [0, 1, 2, 3], Cells = [new(0, Given.GiB(128), Given.GiB(128), [0, 1, 2, 3], [])] };
        H1.Facts = H2.Facts;
        H1.Definition = definition => definition with { Memory = Given.GiB(4), OnlineVCpus = 2, VCpuPins = [new(0, [0]), new(1, [1])] };
        Assert.DoesNotContain(Assert.Single(await AssessAsync("db1", 101, destinations: ["h2"])).Findings, finding => finding.Id == "PinnedCpusShared");
        Assert.Contains(Assert.Single(await AssessAsync("db2", 102, destinations: ["h2"])).Findings, finding => finding.Id == "PinnedCpusShared");
        DestinationReport third = Assert.Single(await _assessor.AssessAsync(Given.Vm("db3", 103), new() { RemapPins = true }, ["h2"], CancellationToken.None));
        Assert.Equal([new(0, [2]), new(1, [3])], third.Plan!.Pins!.After.VCpus, static (left, right) => left.Id == right.Id && left.Cpus.SequenceEqual(right.Cpus));
    }

    // db2 and db3 run on h2 and h3, or are on their way there.
    [Fact]
    public async Task VMs_that_must_be_apart_are_looked_for_on_every_host_and_on_their_way()
    {
        H1.Definition = definition => definition with { Memory = Given.GiB(4) };
        H2.Load = new() { Vms = new HashSet<Guid> { Given.Id(102) } };
        new AffinityCatalog(Registry.Store).Add(new()
        {
            Name = "web",
            Cluster = "c1",
            Rule = AffinityRule.Apart,
            Mandatory = true,
            Vms = [new(Given.Id(101), "db1"), new(Given.Id(102), "db2"), new(Given.Id(103), "db3")],
        });
        Assert.Equal(["h3"], (await AssessAsync("db3", 103)).Where(report => report.Eligible).Select(report => report.Destination));
        IReadOnlyList<DestinationReport> next = await AssessAsync("db1", 101);
        Assert.All(next, report => Assert.Equal("AntiAffinityBroken", Assert.Single(report.Findings, finding => finding.Severity == FindingSeverity.Blocker).Id));
        IReadOnlyList<DestinationReport> ignored = await _assessor.AssessAsync(Given.Vm(), new() { IgnoreAffinity = true }, null, CancellationToken.None);
        Assert.All(ignored, report => Assert.True(report.Eligible));
    }

    [Fact]
    public async Task Where_a_VM_of_a_group_may_be_on_a_silent_host_that_is_open_and_said()
    {
        Hypervisor.Silent.Add("h3");
        new AffinityCatalog(Registry.Store).Add(new()
        {
            Name = "web",
            Cluster = "c1",
            Rule = AffinityRule.Apart,
            Mandatory = true,
            Vms = [new(Given.Id(101), "db1"), new(Given.Id(102), "db2")],
        });
        DestinationReport report = Assert.Single(await AssessAsync(destinations: ["h2"]));
        Assert.True(report.Eligible);
        Assert.Contains(report.Findings, finding => finding is { Id: "AffinityUnknown", Severity: FindingSeverity.Warning });
    }

    [Fact]
    public async Task Memory_that_is_tied_to_a_cell_is_counted_in_there()
    {
        H2.Facts = facts => facts with { Cells = [new(0, Given.GiB(128), Given.GiB(70), [0, 1], []), new(1, Given.GiB(128), Given.GiB(58), [2, 3], [])] };
        H1.Definition = definition => definition with { Memory = Given.GiB(40), NumaBindings = [new(null, NumaMode.Strict, [0])] };
        Assert.True(Assert.Single(await AssessAsync("db1", 101, destinations: ["h2"])).Eligible);
        DestinationReport second = Assert.Single(await AssessAsync("db2", 102, destinations: ["h2"]));
        Assert.Contains(second.Findings, finding => finding.Id == "NumaMemoryInsufficient");
    }

    [Fact]
    public async Task The_VMs_own_host_is_said_to_be_that()
    {
        DestinationReport report = Assert.Single(await AssessAsync(destinations: ["h1"]));
        DestinationFinding finding = Assert.Single(report.Findings, one => one.Severity == FindingSeverity.Blocker);
        Assert.Equal(("SameHost", "is where it is already"), (finding.Id, finding.Present));
    }

    private Task<IReadOnlyList<DestinationReport>> AssessAsync(
        string vm = "db1", int id = 101, MigrationPolicy? policy = null, IReadOnlyList<string>? destinations = null) =>
        _assessor.AssessAsync(Given.Vm(vm, id), new PlanOptions { Policy = policy }, destinations, CancellationToken.None);

    private static int Count(FakeHost host, string call) => host.Calls.Count(one => one == call);
}
