using VirtMigration.Inventory;
using VirtMigration.Options;
using VirtMigration.Planning;
using VirtMigration.UnitTests.Placement;
using Xunit;

namespace VirtMigration.UnitTests.Planning;

public sealed class PinsRuleTests
{
    private static readonly HostInventory s_from = GivenPins.Host("h1");
    private static readonly VmDefinition s_vm = (GivenPins.Pinned(6, 7) with { EmulatorPin = [4, 5] }).Tied(NumaMode.Strict, 1);

    [Fact]
    public void A_VM_without_ties_has_no_such_decision() =>
        Assert.DoesNotContain(Given.Request().Asking(it => it with { RemapPins = true }).Planned().Decisions, one => one.Setting == "Pins");

    [Theory]
    [InlineData(null, null, "kept", SettingOrigin.Default)]
    [InlineData(true, null, "remapped", SettingOrigin.Parameter)]
    [InlineData(null, true, "remapped", SettingOrigin.Vm)]
    [InlineData(false, true, "kept", SettingOrigin.Parameter)]
    [InlineData(true, false, "remapped", SettingOrigin.Parameter)]
    [InlineData(null, false, "kept", SettingOrigin.Vm)]
    public void The_parameters_word_counts_before_the_VMs(bool? parameter, bool? vm, string taken, SettingOrigin origin)
    {
        MigrationPlan plan = Request(s_from.Without(7) with { Registration = Given.Registration("h2") }, parameter, vm).Planned();
        Assert.Equal((taken, origin), (plan.Decision("Pins").Taken, plan.Decision("Pins").Origin));
        Assert.Equal(taken == "remapped", plan.Transfer.Pins is not null);
        Assert.Equal(plan.Transfer.Pins, plan.Pins?.After);
        Assert.Equal(taken == "remapped" ? "vCPU 0: 0, vCPU 1: 1, emulator: 2-3, memory: strict 0" : null, plan.Transfer.Pins?.ToString());
    }

    [Fact]
    public void Why_pins_change_and_what_is_lost_is_said()
    {
        MigrationPlan plan = Request(GivenPins.Host("h2", [0], 2, 1), parameter: true).Planned();
        Assert.Equal("as asked; on h2 the old ones do not fit: CPUs 4-7 are not there; cell 1 is not there", plan.Decision("Pins").Reason);
        Assert.Contains("the new pins are less good than the old ones: the emulator or I/O threads share CPU 0 with vCPUs", plan.Warnings);
    }

    [Fact]
    public void Pins_that_fit_stay_although_others_are_asked_for()
    {
        MigrationPlan plan = Request(GivenPins.Host("h2"), parameter: true).Planned();
        Assert.Equal(("kept", "they fit h2 as they are"), (plan.Decision("Pins").Taken, plan.Decision("Pins").Reason));
        Assert.Null(plan.Transfer.Pins);
        Assert.Null(plan.Pins);
        Assert.Empty(plan.Warnings);
    }

    [Fact]
    public void What_a_parameter_asks_for_and_is_not_to_be_had_is_refused()
    {
        VirtMigrationException error = Request(GivenPins.Host("h2", [0], 1, 1), parameter: true).Refused("PinsNotRemappable");
        Assert.Contains("needs 2 CPUs for itself, has 1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_VM_asks_for_and_is_not_to_be_had_gives_way_with_a_warning()
    {
        MigrationPlan plan = Request(GivenPins.Host("h2", [0], 1, 1), vm: true).Planned();
        Assert.Equal("kept", plan.Decision("Pins").Taken);
        Assert.Contains(plan.Warnings, warning => warning.Contains("needs 2 CPUs for itself, has 1", StringComparison.Ordinal));
    }

    [Fact]
    public void Nobody_asked_nobody_is_refused() =>
        Assert.Equal("kept", Request(GivenPins.Host("h2", [0], 1, 1)).Planned().Decision("Pins").Taken);

    [Theory]
    [InlineData(true, null)]
    [InlineData(null, true)]
    public void What_is_open_stays_with_a_warning(bool? parameter, bool? vm)
    {
        MigrationPlan plan = Request(GivenPins.Host("h2").With(facts => facts with { Cells = [] }), parameter, vm).Planned();
        Assert.Equal(("kept", null), (plan.Decision("Pins").Taken, plan.Transfer.Pins));
        Assert.Contains(plan.Warnings, warning => warning.Contains("it tells no NUMA cells", StringComparison.Ordinal));
        Assert.Contains((Request(GivenPins.Host("h2"), parameter, vm) with { Remapping = null }).Planned().Warnings, warning => warning.Contains("was not looked at", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true, true, 1)]
    [InlineData(true, false, 0)]
    [InlineData(false, true, 0)]
    public void Stored_pins_that_differ_are_left_and_that_is_said(bool remap, bool differ, int warnings)
    {
        MigrationRequest request = Request(s_from.Without(7) with { Registration = Given.Registration("h2") }, remap);
        MigrationPlan plan = (request with { Definition = request.Definition with { StoredPinsDiffer = differ } }).Planned();
        Assert.Equal(warnings, plan.Warnings.Count(warning => warning.Contains("stored definition", StringComparison.Ordinal)));
    }

    [Fact]
    public void Other_pins_are_another_plan()
    {
        MigrationPlan plan = Request(s_from.Without(7) with { Registration = Given.Registration("h2") }, parameter: true).Planned();
        Assert.True(plan.DoesTheSameAs(Request(s_from.Without(7) with { Registration = Given.Registration("h2") }, parameter: true).Planned()));
        Assert.False(plan.DoesTheSameAs(plan with { Transfer = plan.Transfer with { Pins = null } }));
        Assert.False(plan.DoesTheSameAs(plan with { Transfer = plan.Transfer with { Pins = plan.Transfer.Pins! with { Emulator = [1] } } }));
    }

    // They bound the threads that send, and those are on the source.
    [Fact]
    public void The_sources_emulator_CPUs_bound_the_connections()
    {
        MigrationRequest request = Request(GivenPins.Host("h2", [0], 2, 1), parameter: true).Asking(it => it with { ParallelConnections = ParallelChoice.Auto }).WithLinks("100Gbps", "100Gbps");
        MigrationPlan plan = (request with { Definition = request.Definition with { OnlineVCpus = 16 } }).Planned();
        Assert.Single(plan.Transfer.Pins!.Emulator!);
        Assert.Equal(2, plan.Transfer.ParallelConnections);
    }

    [Fact]
    public void The_text_shows_old_and_new_pins_a_line_a_group_of_threads()
    {
        HostInventory from = GivenPins.Host("h1", [0, 1], 32, 2);
        HostInventory to = GivenPins.Host("h2", [0, 1, 2, 3], 32, 2).With(facts => facts with { Cells = [.. facts.Cells.Skip(2)] });
        VmDefinition vm = (GivenPins.Pinned([.. Enumerable.Range(0, 32).Concat(Enumerable.Range(64, 24))]) with
        {
            EmulatorPin = [88, 89],
            IoThreadPins = [new(1, [90]), new(2, [91])],
        }).Tied(NumaMode.Strict, 0);
        string text = Request(to, parameter: true, vm: null, vm, from).Planned().ToText();
        string[] lines = text.Split(Environment.NewLine);
        Assert.All(lines, line => Assert.InRange(line.Length, 1, 100));
        int first = Array.FindIndex(lines, line => line.TrimStart().StartsWith("vCPUs", StringComparison.Ordinal));
        Assert.Equal(
            [
                "vCPUs 0-55           0-31,64-87 -> 64-95,192-215, one each",
                "emulator             88-89 -> 216-217",
                "I/O threads 1-2      90-91 -> 218-219, one each",
                "memory               strict cell 0 -> cell 2",
            ],
            lines.Skip(first).Take(4).Select(line => line.Trim()));
        Assert.StartsWith("  Pins", lines[..first].Last(line => !line.StartsWith("   ", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    private static MigrationRequest Request(HostInventory to, bool? parameter = null, bool? vm = null, VmDefinition? definition = null, HostInventory? from = null)
    {
        VmDefinition one = (definition ?? s_vm) with { Options = new() { RemapPins = vm } };
        return Given.Request() with
        {
            Definition = one,
            Source = from ?? s_from,
            Destination = to with { Facts = to.Facts with { Uuid = Given.Id(2) } },
            Parameters = new() { RemapPins = parameter },
            Remapping = one.Remap(from ?? s_from, to),
        };
    }
}
