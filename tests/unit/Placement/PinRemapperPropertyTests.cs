using VirtMigration.Placement;
using Xunit;

namespace VirtMigration.UnitTests.Placement;

/// <summary>Many small cases, each judged by a program that knows the meaning of pins and none of the ways to find them.</summary>
public sealed class PinRemapperPropertyTests
{
    private const int Cases = 3000;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Every_answer_is_true(int part)
    {
        int[] verdicts = new int[4];
        int without = 0;
        for (int seed = part * Cases; seed < (part + 1) * Cases; seed++)
        {
            PinCase one = PinCase.Any(new Random(seed));
            PinRemapping remapping = one.Remap();
            string? wrong = PinVerifier.Wrong(one, remapping);
            Assert.True(wrong is null, $"seed {seed}: {wrong}: {remapping.Text()} <{string.Join("; ", remapping.Reasons)}> instead of {remapping.Before}\n{one}");
            verdicts[(int)remapping.Verdict]++;
            without += remapping.Verdict == PinRemappingVerdict.Remapped && remapping.Losses.Count == 0 ? 1 : 0;
        }

        // A test that only ever sees one side tests nothing.
        Assert.All(verdicts.Take(3), count => Assert.InRange(count, Cases / 50, Cases));
        Assert.InRange(without, Cases / 20, Cases);
    }

    [Fact]
    public void The_same_case_always_gives_the_same_answer_in_whatever_order_the_cells_are_told()
    {
        for (int seed = 0; seed < 500; seed++)
        {
            PinCase one = PinCase.Any(new Random(seed));
            PinCase other = one with { To = one.To.With(facts => facts with { Cells = [.. facts.Cells.Reverse()] }) };
            Assert.Equal(one.Remap().Text(), PinCase.Any(new Random(seed)).Remap().Text());
            Assert.Equal(one.Remap().Text(), other.Remap().Text());
        }
    }
}
