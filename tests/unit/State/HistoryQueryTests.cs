using VirtMigration.Execution;
using VirtMigration.Inventory;
using VirtMigration.Ports;
using Xunit;

namespace VirtMigration.UnitTests.State;

public sealed class HistoryQueryTests
{
    private static readonly MigrationRecord s_run = GivenRecord.Of(10) with { Uuid = Given.Id(101), EndState = MigrationEndState.Stayed };

    public static TheoryData<HistoryQuery, bool> Queries => new()
    {
        { new(), true },
        { new() { VMs = [VmReference.Parse("DB1")] }, true },
        { new() { VMs = [VmReference.Parse("db2"), VmReference.Parse("db1")] }, true },
        { new() { VMs = [VmReference.Parse("db2")] }, false },
        { new() { VMs = [VmReference.Parse(Given.Id(101).ToString())] }, true },
        { new() { VMs = [VmReference.Parse(Given.Id(102).ToString())] }, false },
        { new() { VMs = [new(Given.Vm("renamed", 101))] }, true },
        { new() { VMs = [new(Given.Vm("db1", 102))] }, false },
        { new() { VMs = [VmReference.Parse("d*")], Matches = (typed, name) => typed == "d*" && name == "db1" }, true },
        { new() { Sources = ["H1"] }, true },
        { new() { Sources = ["h2"] }, false },
        { new() { Destinations = ["h3", "h2"] }, true },
        { new() { Destinations = ["h1"] }, false },
        { new() { Operators = ["alice@ops1"] }, true },
        { new() { Operators = ["bob@ops1"] }, false },
        { new() { EndStates = [MigrationEndState.Moved, MigrationEndState.Stayed] }, true },
        { new() { EndStates = [MigrationEndState.Moved] }, false },
        { new() { After = GivenRecord.Start.AddMinutes(10) }, true },
        { new() { After = GivenRecord.Start.AddMinutes(10).AddTicks(1) }, false },
        { new() { Before = GivenRecord.Start.AddMinutes(10) }, false },
        { new() { Before = GivenRecord.Start.AddMinutes(10).AddTicks(1) }, true },
        { new() { Sources = ["h1"], Destinations = ["h1"] }, false },
    };

    [Theory]
    [MemberData(nameof(Queries))]
    public void A_run_is_wanted_where_every_condition_holds(HistoryQuery query, bool wanted) => Assert.Equal(wanted, query.Wants(s_run));

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void The_last_none_are_no_question(int last) =>
        Assert.Equal("LastOutOfRange", Assert.Throws<VirtMigrationException>(() => new HistoryQuery { Last = last }.Check()).ErrorId);

    [Fact]
    public void A_time_span_that_is_empty_is_no_question()
    {
        HistoryQuery query = new() { After = GivenRecord.Start, Before = GivenRecord.Start };
        Assert.Equal("HistoryRangeInvalid", Assert.Throws<VirtMigrationException>(query.Check).ErrorId);
        (query with { Before = GivenRecord.Start.AddTicks(1) }).Check();
        (query with { After = null }).Check();
    }
}
