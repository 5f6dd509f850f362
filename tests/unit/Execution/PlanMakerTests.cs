using VirtMigration.Execution;
using VirtMigration.Options;
using VirtMigration.Planning;
using VirtMigration.Policies;
using VirtMigration.State;
using Xunit;

namespace VirtMigration.UnitTests.Execution;

public sealed class PlanMakerTests : ClusterOfThree
{
    private readonly PlanMaker _maker;

    public PlanMakerTests()
    {
        foreach (int id in (int[])[101, 102, 103])
        {
            H1.With(Given.Id(id));
        }

        _maker = new(Hypervisor, Registry, "alice@ops1");
    }

    [Fact]
    public async Task The_better_of_two_hosts_is_taken_and_the_plan_says_why()
    {
        H3.Facts = facts => facts with { AvailableMemory = Given.GiB(200) };
        MigrationPlan plan = await PlanAsync();
        Assert.Equal("h3", plan.Destination);
        Assert.Matches(@"^the best of 2 hosts that fit: score \d+, before h2 with \d+$", plan.Decision("Destination").Reason);
        Assert.Equal(SettingOrigin.Default, plan.Decision("Destination").Origin);
    }

    [Fact]
    public async Task Of_hosts_that_are_as_good_the_first_by_name_is_taken() =>
        Assert.Matches(@"^the best of 2 hosts that fit: score \d+, as has h3$", (await PlanAsync()).Decision("Destination").Reason);

    [Fact]
    public async Task The_only_host_that_fits_is_said_to_be_that()
    {
        H2.Facts = facts => facts with { Architecture = "aarch64" };
        Assert.Equal("the only one of the cluster's 2 other hosts that fits", (await PlanAsync()).Decision("Destination").Reason);
    }

    // Only what a host has around its VMs, and its load, speak against it: facts that a destination was chosen without before.
    [Fact]
    public async Task Load_counts_when_a_destination_is_chosen_and_when_one_is_named()
    {
        H2.Load = new() { Incoming = 1, IncomingMemory = Given.GiB(100) };
        Assert.Equal("h3", (await PlanAsync()).Destination);
        VirtMigrationException error = await Assert.ThrowsAsync<VirtMigrationException>(() => PlanAsync(destination: "h2"));
        Assert.Equal("DestinationUnfit", error.ErrorId);
        Assert.Contains("100 GiB of it for migrations that come in now", error.Message, StringComparison.Ordinal);
    }

    // Each host has 128 GiB available and each VM needs 64 GiB and what QEMU takes: one fits on each, a third on neither.
    [Fact]
    public async Task VMs_that_were_planned_count_until_they_are_released()
    {
        Assert.Equal("h2", (await PlanAsync("db1", 101)).Destination);
        MigrationPlan second = await PlanAsync("db2", 102);
        Assert.Equal("h3", second.Destination);
        VirtMigrationException error = await Assert.ThrowsAsync<VirtMigrationException>(() => PlanAsync("db3", 103));
        Assert.Equal("NoDestination", error.ErrorId);
        Assert.Contains("promised to VMs placed before (db2)", error.Message, StringComparison.Ordinal);
        _maker.Release(second);
        Assert.Equal("h3", (await PlanAsync("db3", 103)).Destination);
    }

    // It is on its way, and the host's own figures count it: it must not count twice.
    [Fact]
    public async Task A_VM_that_its_destination_shows_counts_once()
    {
        Assert.Equal("h2", (await PlanAsync("db1", 101, "h2")).Destination);
        H2.Load = new() { Incoming = 1, IncomingMemory = Given.GiB(1), Vms = new HashSet<Guid> { Given.Id(101) } };
        MigrationRun anew = await _maker.MakeAnewAsync(Given.Vm("db2", 102), new() { Destination = "h2" }, CancellationToken.None);
        Assert.Equal("h2", anew.Plan.Destination);
    }

    [Fact]
    public async Task A_VM_that_is_planned_again_does_not_count_against_itself()
    {
        Assert.Equal("h2", (await PlanAsync("db1", 101, "h2")).Destination);
        Assert.Equal("h2", (await PlanAsync("db1", 101, "h2")).Destination);
    }

    [Fact]
    public async Task Hosts_are_asked_once_for_a_batch_and_anew_at_a_VMs_turn()
    {
        await PlanAsync("db1", 101);
        await PlanAsync("db2", 102);
        Assert.Equal((1, 1), (Count(H2, "GetFacts"), Count(H2, "GetLoad")));
        await _maker.MakeAnewAsync(Given.Vm("db1", 101), new(), CancellationToken.None);
        Assert.Equal((2, 2), (Count(H2, "GetFacts"), Count(H2, "GetLoad")));
    }

    [Fact]
    public async Task A_request_that_no_host_could_follow_has_the_planners_own_error()
    {
        new OptionCatalog(Registry.Store).Set("c1", options => options with { ParallelAllowed = false });
        PlanOptions options = new() { ParallelConnections = ParallelChoice.Parse("4") };
        foreach (PlanOptions asked in (PlanOptions[])[options, options with { Destination = "h2" }])
        {
            VirtMigrationException error = await Assert.ThrowsAsync<VirtMigrationException>(() => _maker.MakeAsync(Given.Vm(), asked, CancellationToken.None));
            Assert.Equal("ParallelForbidden", error.ErrorId);
        }
    }

    [Fact]
    public async Task What_one_host_lacks_for_the_request_rules_out_only_that_host()
    {
        HashSet<string> machines = ["pc-q35-10.1"];
        H1.Definition = definition => definition with { MachineType = "pc-q35-10.1" };
        foreach (FakeHost host in (FakeHost[])[H1, H2, H3])
        {
            host.Facts = facts => facts with { MachineTypes = machines };
        }

        PlanOptions options = new() { ParallelConnections = ParallelChoice.Parse("4"), Policy = BuiltInPolicies.Find("PostCopy") };
        VirtMigrationException error = await Assert.ThrowsAsync<VirtMigrationException>(
            () => _maker.MakeAsync(Given.Vm(), options, CancellationToken.None));
        Assert.Equal("ParallelPostCopyConflict", error.ErrorId);
        foreach (FakeHost host in (FakeHost[])[H1, H3])
        {
            host.Facts = facts => facts with { MachineTypes = machines, HypervisorVersion = new(10, 1, 0) };
        }

        PlanMaker anew = new(Hypervisor, Registry, "alice@ops1");
        Assert.Equal("h3", (await anew.MakeAsync(Given.Vm(), options, CancellationToken.None)).Plan.Destination);
    }

    [Fact]
    public async Task A_named_host_that_does_not_answer_has_its_own_error()
    {
        Hypervisor.Silent.Add("h2");
        HypervisorException error = await Assert.ThrowsAsync<HypervisorException>(() => PlanAsync(destination: "h2"));
        Assert.Contains("no route to h2", error.Message, StringComparison.Ordinal);
        Assert.Equal("h3", (await PlanAsync()).Destination);
    }

    [Fact]
    public async Task What_was_found_comes_with_the_plan()
    {
        MigrationRun run = await _maker.MakeAsync(Given.Vm(), new() { Destination = "h2", Policy = BuiltInPolicies.Find("PostCopy") }, CancellationToken.None);
        Assert.NotEmpty(run.Findings);
        Assert.All(run.Findings, finding => Assert.Equal("h2", finding.Host));
    }

    private async Task<MigrationPlan> PlanAsync(string vm = "db1", int id = 101, string? destination = null) =>
        (await _maker.MakeAsync(Given.Vm(vm, id), new() { Destination = destination }, CancellationToken.None)).Plan;

    private static int Count(FakeHost host, string call) => host.Calls.Count(one => one == call);
}
