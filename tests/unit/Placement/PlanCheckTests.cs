using VirtMigration.Placement;
using VirtMigration.Planning;
using Xunit;

namespace VirtMigration.UnitTests.Placement;

public sealed class PlanCheckTests
{
    private readonly PlanCheck _check = new();

    [Fact]
    public void Each_warning_of_the_plan_is_found() =>
        Assert.Equal("Warning PlanWarning; Warning PlanWarning", _check.Finds(Warned("the cache is large", "no encryption")));

    // What new pins lose is a finding of its own (PinRemapCheck); it is not told twice.
    [Fact]
    public void What_new_pins_lose_is_not_told_twice() => Assert.Equal(
        "h2: needs what was asked for, no encryption",
        _check.Says(Warned("the new pins are less good than the old ones: vCPUs 0-1 share a core", "no encryption") with
        {
            Remapping = new() { Verdict = PinRemappingVerdict.Remapped, Before = PinLayout.None, After = PinLayout.None, Losses = ["vCPUs 0-1 share a core"] },
        }));

    [Theory]
    [InlineData("ParallelForbidden", "Blocker ParallelForbidden")]
    [InlineData("DestinationIsSource", "")]
    [InlineData("VmNotMigratable", "")]
    [InlineData("PinsNotRemappable", "")]
    public void What_cannot_be_planned_is_found_once(string errorId, string found) =>
        Assert.Equal(found, _check.Finds(GivenPlacement.Candidate() with { PlanError = new(errorId, "It cannot be.", "Do without.", "db1") }));

    private static DestinationCandidate Warned(params string[] warnings)
    {
        MigrationPlan plan = Given.Plan();
        return GivenPlacement.Candidate() with { Plan = plan with { Warnings = warnings } };
    }
}
