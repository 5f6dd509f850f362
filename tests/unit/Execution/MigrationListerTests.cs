using VirtMigration.Convergence;
using VirtMigration.Execution;
using VirtMigration.Ports;
using Xunit;

namespace VirtMigration.UnitTests.Execution;

public sealed class MigrationListerTests
{
    private const int Alive = 4711;

    private static readonly Guid s_vm = Given.Id(101);

    private readonly FakeHost _source = new FakeHost("h1").With(s_vm);
    private readonly FakeHost _destination = new("h2");
    private readonly FakeHypervisor _hypervisor;
    private readonly ManualClock _clock = new();
    private readonly FakeLeases _leases = new();
    private readonly MigrationLister _lister;

    public MigrationListerTests()
    {
        _hypervisor = new(_source, _destination);
        _lister = new(_hypervisor, _clock, new(_leases, new FakeShells { Alive = { Alive } }, _clock));
    }

    // How long the job has run, how long ago the record was written, and whether it is this job's.
    [Theory]
    [InlineData(60, 60, true)]
    [InlineData(60, 74, true)]
    [InlineData(60, 75, true)]
    [InlineData(60, 76, false)]
    [InlineData(60, 45, true)]
    [InlineData(60, 44, false)]
    [InlineData(2, 86400, false)]
    [InlineData(0, 3600, false)]
    public async Task A_record_is_of_the_job_that_began_when_it_was_written(int running, int written, bool fits)
    {
        Shows(running);
        Intends(written, "h2");
        VmMigration migration = await OnlyAsync();
        Assert.Equal(fits ? "Night" : null, migration.Policy);
        Assert.Equal(fits ? true : null, migration.Attended);
        Assert.Equal(fits ? $"alice@ops1, process {Alive}" : "started elsewhere", migration.Controller);
        Assert.Equal("h2", migration.Destination);
    }

    [Theory]
    [InlineData("h2", true)]
    [InlineData("H2", true)]
    [InlineData("h3", false)]
    public async Task A_record_is_of_the_job_that_goes_where_it_says(string destination, bool fits)
    {
        Shows(running: 30);
        Intends(written: 30, destination);
        VmMigration migration = await OnlyAsync();
        Assert.Equal(fits ? "Night" : null, migration.Policy);
        Assert.Equal("h2", migration.Destination);
    }

    [Fact]
    public async Task Where_the_destination_is_silent_the_record_says_which_it_is()
    {
        Shows(running: 30);
        Intends(written: 30, "h2");
        _hypervisor.Silent.Add("h2");
        (IReadOnlyList<VmMigration> migrations, IReadOnlyList<HypervisorException> errors) = await ListAsync();
        Assert.Equal("h2", Assert.Single(migrations).Destination);
        Assert.Equal("h2", Assert.Single(errors).Host);
    }

    [Fact]
    public async Task A_job_that_tells_no_time_is_taken_for_the_records()
    {
        Shows(running: null);
        Intends(written: 3600, "h2");
        Assert.Equal("Night", (await OnlyAsync()).Policy);
    }

    [Theory]
    [InlineData(Alive, null, true, "alice@ops1, process 4711")]
    [InlineData(1, null, false, "unattended: alice@ops1, process 1 is gone, and nobody runs the schedule of policy Night; take it over: Watch-VmMigration db1 -TakeOver")]
    [InlineData(1, "elsewhere", null, "alice@ops1, process 1 on elsewhere")]
    public async Task It_says_who_drives_it(int process, string? machine, bool? attended, string controller)
    {
        Shows(running: 30);
        Intends(written: 30, "h2", process, machine);
        VmMigration migration = await OnlyAsync();
        Assert.Equal((attended, controller), (migration.Attended, migration.Controller));
    }

    [Fact]
    public async Task Where_the_source_is_silent_nothing_is_claimed_of_who_drives_it()
    {
        Shows(running: 30);
        Intends(written: 30, "h2");
        _hypervisor.Silent.Add("h1");
        VmMigration migration = await OnlyAsync();
        Assert.Equal((null, "h2", null, null), (migration.Source, migration.Destination, migration.Policy, migration.Attended));
        Assert.Contains("the source did not answer", migration.Controller, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_record_that_cannot_be_read_is_none()
    {
        Shows(running: 30);
        Intends(written: 30, "h2");
        _source.Fail("GetIntent");
        Assert.Equal("started elsewhere", (await OnlyAsync()).Controller);
    }

    [Fact]
    public async Task Both_sides_are_one_migration_with_the_sources_figures()
    {
        Shows(running: 30);
        VmMigration migration = await OnlyAsync();
        Assert.Equal(("db1", "h1", "h2"), (migration.VM, migration.Source, migration.Destination));
        Assert.Equal((MigrationPhase.PreCopy, 75, 3), (migration.Phase, migration.Percent, migration.Pass));
        Assert.Equal(TimeSpan.FromSeconds(30), migration.Elapsed);
    }

    [Theory]
    [InlineData(true, true, "broken in post-copy: Resume-VmMigration db1")]
    [InlineData(true, false, "broken in post-copy, and only one half was found: Resume-VmMigration db1 says what is left")]
    [InlineData(false, true, "broken in post-copy, and only one half was found: Resume-VmMigration db1 says what is left")]
    public async Task A_broken_one_is_listed_as_such_with_the_way_out(bool onSource, bool onDestination, string outlook)
    {
        Shows(running: 30);
        _source.Shown = onSource ? [_source.Shown[0] with { Broken = true }] : [];
        _destination.Shown = onDestination ? [_destination.Shown[0] with { Broken = !onSource }] : [];
        VmMigration migration = await OnlyAsync();
        Assert.Equal((MigrationPhase.Broken, outlook, null), (migration.Phase, migration.Outlook, migration.Eta));
    }

    private void Shows(int? running)
    {
        _source.Shown =
        [
            new("h1", s_vm, "db1", MigrationDirection.Outgoing, running is int seconds
                ? new() { Elapsed = TimeSpan.FromSeconds(seconds), MemoryTotal = Given.GiB(4), MemoryRemaining = Given.GiB(1), Iteration = 3 }
                : null),
        ];
        _destination.Shown = [new("h2", s_vm, "db1", MigrationDirection.Incoming, null)];
    }

    private void Intends(int written, string destination, int process = Alive, string? machine = null) => _source.Intents[s_vm] = new(
        "alice@ops1", machine ?? Environment.MachineName, process, "Night", destination, _clock.GetUtcNow() - TimeSpan.FromSeconds(written), null);

    private Task<(IReadOnlyList<VmMigration> Migrations, IReadOnlyList<HypervisorException> Errors)> ListAsync() =>
        _lister.ListAsync([_source.Registration, _destination.Registration], default);

    private async Task<VmMigration> OnlyAsync() => Assert.Single((await ListAsync()).Migrations);
}
