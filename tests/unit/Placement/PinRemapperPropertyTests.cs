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

    [Fact]
    public void A_VM_that_was_looked_at_on_another_host_before_or_at_the_same_time_gets_the_same_answer()
    {
        // What is worked out for a definition and a host is kept: the same objects on and against other hosts, and copies that nobody has seen.
        Parallel.For(0, 400, seed =>
        {
            PinCase one = PinCase.Any(new Random(seed));
            PinCase two = PinCase.Any(new Random(seed + 1000));
            PinCase[] asked = [one, one with { From = two.From }, one with { To = two.To }, one with { From = one.To, To = one.From }, one];
            string[] answers = new string[asked.Length * 4];
            Parallel.For(0, answers.Length, index => answers[index] = asked[index % asked.Length].Remap().Text());
            for (int index = 0; index < answers.Length; index++)
            {
                PinCase same = asked[index % asked.Length];
                PinCase copy = same with { Vm = same.Vm with { }, From = same.From.With(facts => facts with { }), To = same.To.With(facts => facts with { }) };
                Assert.Equal(copy.Remap().Text(), answers[index]);
            }
        });
    }

    [Fact]
    public void Layouts_are_equal_exactly_where_they_read_the_same()
    {
        PinLayout[] all = [.. Enumerable.Range(0, 300).Select(seed => PinLayout.Of(PinCase.Any(new Random(seed)).Vm)), PinLayout.None, PinLayout.None with { Emulator = [] }];
        Assert.All(all, one => Assert.All(all, other => Assert.Equal(one.ToString() == other.ToString(), one == other)));
        Assert.InRange(all.Distinct().Count(), 100, all.Length - 1);
    }
}
