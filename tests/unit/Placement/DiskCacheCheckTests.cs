using VirtMigration.Inventory;
using VirtMigration.Placement;
using Xunit;

namespace VirtMigration.UnitTests.Placement;

public sealed class DiskCacheCheckTests
{
    private static readonly VmDisk s_disk = new() { Target = "vda", Source = DiskSource.File, Path = "/images/a", Cache = "writeback" };

    private readonly DiskCacheCheck _check = new();

    [Theory]
    [InlineData("3.1.0", "none", "")]
    [InlineData("3.1.0", "directsync", "")]
    [InlineData("3.1.0", "writeback", "Blocker DiskCached")]
    [InlineData("3.1.0", "unsafe", "Blocker DiskCached")]
    [InlineData("3.1.0", null, "Blocker DiskCached")]
    [InlineData("4.0.0", "writeback", "")]
    [InlineData("4.0.0", "writethrough", "")]
    [InlineData("4.0.0", null, "")]
    [InlineData("4.0.0", "unsafe", "Warning DiskCacheUnsafe")]
    [InlineData(null, "writeback", "Warning DiskCacheUnknown")]
    [InlineData(null, "none", "")]
    public void Caches_are_safe_since_QEMU_drops_them(string? qemu, string? cache, string found) =>
        Assert.Equal(found, _check.Finds(Of(qemu, s_disk with { Cache = cache })));

    [Fact]
    public void It_is_the_sources_QEMU_that_drops_them() => Assert.Equal("Blocker DiskCached",
        _check.Finds(Of("3.1.0", s_disk).To(facts => facts with { HypervisorVersion = new(10, 0) })));

    [Fact]
    public void Where_nothing_is_written_or_kept_no_cache_matters()
    {
        Assert.Empty(_check.Check(Of("3.1.0", s_disk with { ReadOnly = true })));
        Assert.Empty(_check.Check(Of("3.1.0", s_disk with { Shareable = true })));
        Assert.Empty(_check.Check(Of("3.1.0", s_disk with { Path = null })));
        Assert.Empty(_check.Check(Of("3.1.0", s_disk with { Source = DiskSource.Network })));
    }

    [Fact]
    public void Every_such_disk_is_told_and_no_other() => Assert.Equal("Blocker DiskCached; Blocker DiskCached",
        _check.Finds(Of("3.1.0", s_disk, s_disk with { Target = "vdb", Cache = "none" }, s_disk with { Target = "vdc" })));

    private static DestinationCandidate Of(string? qemu, params VmDisk[] disks) => GivenPlacement.Candidate()
        .Vm(vm => vm with { Disks = disks })
        .From(facts => facts with { HypervisorVersion = qemu is null ? null : Version.Parse(qemu) });
}
