using VirtMigration.Evacuation;
using VirtMigration.Inventory;
using VirtMigration.Options;
using Xunit;
using static VirtMigration.UnitTests.Evacuation.GivenEvacuation;

namespace VirtMigration.UnitTests.Evacuation;

public sealed class EvacuationTextTests
{
    private static readonly EvacuationPlan s_plan = EvacuationPlanner.Plan(Situation(
        [
            .. Enumerable.Range(0, 7).Select(n => Guest($"v{n}", 101 + n, 8)),
            Guest("db9", 109, 8, vm => vm with { HostDevices = [new("pci", "0000:01:00.0", null)], Networks = [new("network", "lan", null, false)] }),
        ],
        Target("h2", 70), Target("h3", 60) with { Surroundings = new() { Networks = new HashSet<string>() } }));

    [Fact]
    public void The_summary_is_one_line() =>
        Assert.Matches(@"^h1: 7 of 8 VMs leave for h2 \(4\) and h3 \(3\), in about \d+ .*; 1 stays: db9$", s_plan.Summary());

    [Fact]
    public void The_text_has_a_line_for_each_move_and_for_each_host_of_who_stays()
    {
        string[] lines = s_plan.ToText().Split(Environment.NewLine);
        Assert.All(lines, line => Assert.InRange(line.Length, 0, 100));
        Assert.Equal(7, lines.Count(line => System.Text.RegularExpressions.Regex.IsMatch(line, @"^  \d  v\d  h[23]   8 GiB +\d")));
        Assert.Contains("1 VM stays:", lines);
        Assert.Contains(lines, line => line.StartsWith("  db9 [NoDestination]: no host would take it; least is in the way on h2:", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("    h2  needs the pci device 0000:01:00.0 of h1, has another one", StringComparison.Ordinal));
        Assert.Contains("(and 1 more)", s_plan.ToText(), StringComparison.Ordinal);
        Assert.Contains(lines, line => line.StartsWith("Time     about ", StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_special_about_a_move_is_beside_it()
    {
        EvacuationGuest pinned = Guest("pinned", 101, 8, vm => vm with { VCpuPins = [new(0, [6])] });
        EvacuationTarget target = Target("h2", 64).With(facts => facts with { OnlineCpus = [0, 1, 2, 3], Cells = [new NumaCell(0, Given.GiB(256), Given.GiB(64), [0, 1, 2, 3], [])], Threads = 4 });
        EvacuationSituation situation = Situation([pinned, Guest("off", 102, 8).Stopped(), Guest("now", 103, 1).Stating(options => options with { MigrationPriority = MigrationPriority.High })], target) with { Parameters = new() { RemapPins = true } };
        string text = EvacuationPlanner.Plan(situation).ToText();
        Assert.Contains("manual only (the default, for vCPUs 0 are pinned)".Replace("vCPUs 0 are", "vCPU 0 is", StringComparison.Ordinal), text, StringComparison.Ordinal);
        Assert.Contains("new pins: vCPU 0", text, StringComparison.Ordinal);
        Assert.Contains("shut off: its definition alone", text, StringComparison.Ordinal);
        Assert.Contains("priority High", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_host_without_VMs_and_one_that_none_leaves_read_well()
    {
        Assert.Equal("h1: no VM is to leave", EvacuationPlanner.Plan(Situation([], Target("h2", 64))).ToText());
        Assert.Equal("h1: no VM leaves; 1 stays: a", EvacuationPlanner.Plan(Situation([Guest("a", 101, 200)], Target("h2", 64))).Summary());
        Assert.Matches(@"^h1: 1 VM leaves for h2 \(1\), in about \d+(\.\d)? s$", EvacuationPlanner.Plan(Situation([Guest("a", 101, 8)], Target("h2", 64))).Summary());
    }
}
