using VirtMigration.Placement;
using VirtMigration.Units;
using Xunit;

namespace VirtMigration.UnitTests.Placement;

public sealed class MemoryCheckTests
{
    // The VM's 64 GiB, a 512th of them and 64 MiB.
    private const int Needed = 65536 + 128 + 64;

    private readonly MemoryCheck _check = new();

    [Theory]
    [InlineData(Needed, "")]
    [InlineData(Needed - 1, "Blocker MemoryInsufficient")]
    public void The_memory_and_QEMUs_own_must_be_available(int mebibytes, string found) => Assert.Equal(found, _check.Finds(To(mebibytes)));

    [Theory]
    [InlineData(Needed + 1000, 1000, "")]
    [InlineData(Needed + 1000, 1001, "Blocker MemoryInsufficient")]
    public void What_was_promised_to_others_is_not_available(int mebibytes, int promised, string found) =>
        Assert.Equal(found, _check.Finds(To(mebibytes) with { Reserved = new() { Memory = GivenPlacement.MiB(promised), Vms = ["db7"] } }));

    [Theory]
    [InlineData(Needed + 1000, 1000, "")]
    [InlineData(Needed + 1000, 1001, "Blocker MemoryInsufficient")]
    public void What_comes_in_now_is_not_available(int mebibytes, int incoming, string found) =>
        Assert.Equal(found, _check.Finds(To(mebibytes) with { Load = new() { IncomingMemory = GivenPlacement.MiB(incoming) } }));

    // It has 64 GiB and may grow to 512: it moves where there are 64 now, and what it may come to is warned of.
    [Theory]
    [InlineData(Needed + 896, 0, "")]
    [InlineData(Needed + 896, 200, "Warning MemoryOvercommitted")]
    [InlineData(Needed + 895, 0, "Blocker MemoryInsufficient")]
    public void What_it_has_now_must_be_available_and_what_it_may_grow_to_is_overcommitted(int mebibytes, int committed, string found) => Assert.Equal(
        found,
        _check.Finds(To(mebibytes).To(facts => facts with { Memory = Given.GiB(700) }).Vm(vm => vm with { Memory = Given.GiB(512), PresentMemory = Given.GiB(64) }) with
        {
            Load = new() { CommittedMemory = Given.GiB(committed) },
        }));

    [Fact]
    public void All_that_counts_is_named() => Assert.Equal(
        "h2: needs 64 GiB of memory and 192 MiB for QEMU itself, has 70 GiB available, 10 GiB of it promised to VMs placed before (db7, db8), 2 GiB of it for migrations that come in now",
        _check.Says(To(70 * 1024) with
        {
            Reserved = new() { Memory = Given.GiB(10), Vms = ["db7", "db8"] },
            Load = new() { IncomingMemory = Given.GiB(2) },
        }));

    [Theory]
    [InlineData(192, "")]
    [InlineData(191, "Blocker MemoryInsufficient")]
    public void A_VM_on_huge_pages_needs_only_QEMUs_own(int mebibytes, string found)
    {
        Assert.Equal(found, _check.Finds(To(mebibytes).Vm(vm => vm with { HugePages = true })));
        Assert.Equal(found, _check.Finds(To(mebibytes).Vm(vm => vm with { HugePages = true, HugePageUses = [new(GivenPlacement.MiB(2), [])] })));
    }

    [Theory]
    [InlineData(24 * 1024 + 192, "")]
    [InlineData(24 * 1024 + 191, "Blocker MemoryInsufficient")]
    public void Of_a_VM_that_is_partly_on_huge_pages_the_rest_counts(int mebibytes, string found) => Assert.Equal(found, _check.Finds(To(mebibytes).Vm(vm => vm with
    {
        HugePages = true,
        HugePageUses = [new(GivenPlacement.MiB(2), [1])],
        VirtualCells = [new(0, [0], Given.GiB(24)), new(1, [1], Given.GiB(40))],
    })));

    [Fact]
    public void Pages_of_4_KiB_are_ordinary_memory() => Assert.Equal("Blocker MemoryInsufficient",
        _check.Finds(To(Needed - 1).Vm(vm => vm with { HugePages = true, HugePageUses = [new(ByteSize.FromKibibytes(4), [])] })));

    [Theory]
    [InlineData(192, 0, "")]
    [InlineData(193, 0, "Warning MemoryOvercommitted")]
    [InlineData(190, 2, "")]
    [InlineData(190, 3, "Warning MemoryOvercommitted")]
    public void More_promised_than_the_host_has_is_warned_of(int committed, int promised, string found) => Assert.Equal(found, _check.Finds(
        GivenPlacement.Candidate() with { Load = new() { CommittedMemory = Given.GiB(committed) }, Reserved = new() { Memory = Given.GiB(promised) } }));

    [Fact]
    public void A_host_that_does_not_tell_its_memory_is_unknown()
    {
        DestinationCandidate candidate = GivenPlacement.Candidate().To(facts => facts with { AvailableMemory = null });
        Assert.Equal("Warning MemoryUnknown", _check.Finds(candidate));
        Assert.Equal("Warning MemoryUnknown; Warning MemoryOvercommitted", _check.Finds(candidate with { Load = new() { CommittedMemory = Given.GiB(250) } }));
    }

    private static DestinationCandidate To(int mebibytes) => GivenPlacement.Candidate().To(facts => facts with { AvailableMemory = GivenPlacement.MiB(mebibytes) });
}
