using VirtMigration.Inventory;
using VirtMigration.Placement;
using Xunit;

namespace VirtMigration.UnitTests.Placement;

public sealed class StorageCheckTests
{
    private static readonly StoragePool s_nfs = new("images", "netfs", true, "/images", "nfs1:/export");
    private static readonly StoragePool s_folder = new("images", "dir", true, "/images", null);

    private readonly StorageCheck _check = new();

    [Fact]
    public void A_volume_of_a_pool_that_both_hosts_have_from_the_same_place_is_fine() => Assert.Empty(_check.Check(Volume([s_nfs], [s_nfs])));

    [Fact]
    public void A_pool_that_is_not_there_blocks() => Assert.Equal("Blocker StoragePoolMissing", _check.Finds(Volume([s_nfs], [s_nfs with { Name = "other" }])));

    [Fact]
    public void A_pool_that_is_not_started_blocks() => Assert.Equal("Blocker StoragePoolInactive", _check.Finds(Volume([s_nfs], [s_nfs with { Active = false }])));

    [Fact]
    public void A_host_that_does_not_tell_its_pools_is_unknown() => Assert.Equal("Warning StorageUnknown", _check.Finds(Volume([s_nfs], null)));

    [Theory]
    [InlineData("dir")]
    [InlineData("logical")]
    public void A_pool_on_the_host_itself_is_not_shared_as_far_as_it_tells(string type) =>
        Assert.Equal("Warning StorageNotShared", _check.Finds(Volume([s_folder with { Type = type }], [s_folder with { Type = type }])));

    [Theory]
    [InlineData("netfs", "nfs2:/export")]
    [InlineData("iscsi", "nfs1:/export")]
    public void A_pool_of_that_name_from_elsewhere_is_another(string type, string source) =>
        Assert.Equal("Warning StorageDiffers", _check.Finds(Volume([s_nfs], [s_nfs with { Type = type, Source = source }])));

    [Fact]
    public void Where_the_source_does_not_tell_its_pools_they_cannot_be_compared()
    {
        Assert.Equal("Warning StorageUnknown", _check.Finds(Volume(null, [s_nfs])));
        Assert.Equal("Warning StorageUnknown", _check.Finds(Volume([s_folder], [s_nfs])));
    }

    [Theory]
    [InlineData("/images/db1.qcow2", "")]
    [InlineData("/images/sub/db1.qcow2", "")]
    [InlineData("/images2/db1.qcow2", "Warning StorageUnknown")]
    [InlineData("/images", "Warning StorageUnknown")]
    [InlineData("/srv/images/db1.qcow2", "Warning StorageUnknown")]
    public void A_file_in_a_pool_that_both_hosts_have_from_the_same_place_is_fine(string path, string found)
    {
        Assert.Equal(found, _check.Finds(File(path, [s_nfs], [s_nfs])));
        Assert.Equal(found, _check.Finds(File(path, [s_nfs with { Target = "/images/" }], [s_nfs with { Target = "/images/", Name = "other" }])));
    }

    [Fact]
    public void A_file_in_a_pool_from_elsewhere_is_another() =>
        Assert.Equal("Warning StorageDiffers", _check.Finds(File("/images/a", [s_nfs], [s_nfs with { Source = "nfs2:/export" }])));

    [Fact]
    public void A_pool_that_is_not_started_vouches_for_no_file() =>
        Assert.Equal("Warning StorageUnknown", _check.Finds(File("/images/a", [s_nfs], [s_nfs with { Active = false }])));

    [Fact]
    public void The_innermost_pool_vouches_for_a_file() => Assert.Equal("Warning StorageUnknown",
        _check.Finds(File("/images/local/a", [s_nfs], [s_nfs, s_folder with { Name = "local", Target = "/images/local" }])));

    [Fact]
    public void For_any_other_file_the_command_that_tells_is_named() => Assert.Contains("ssh h2 stat '/dev/sdb'",
        Assert.Single(_check.Check(Disk(new() { Target = "vda", Source = DiskSource.Block, Path = "/dev/sdb" }, [s_folder], [s_folder]))).Action, StringComparison.Ordinal);

    [Theory]
    [InlineData(DiskSource.Network, "rbd/db1", "")]
    [InlineData(DiskSource.File, null, "")]
    [InlineData(DiskSource.Block, null, "")]
    [InlineData(DiskSource.Other, "/dev/nvme0n1", "Warning StorageUnknown")]
    public void Disks_on_the_network_and_empty_drives_are_everywhere(DiskSource source, string? path, string found) =>
        Assert.Equal(found, _check.Finds(Disk(new() { Target = "vda", Source = source, Path = path }, [], [])));

    [Fact]
    public void A_transient_disk_blocks_wherever_it_is() => Assert.Equal("Blocker DiskTransient",
        _check.Finds(Disk(new() { Target = "vda", Source = DiskSource.Network, Path = "rbd/db1", Transient = true }, [], [])));

    [Fact]
    public void Every_disk_is_told() => Assert.Equal("Warning StorageUnknown; Warning StorageUnknown", _check.Finds(GivenPlacement.Candidate().Vm(vm => vm with
    {
        Disks = [new() { Target = "vda", Source = DiskSource.File, Path = "/a" }, new() { Target = "vdb", Source = DiskSource.File, Path = "/b" }],
    })));

    private static DestinationCandidate Volume(StoragePool[]? here, StoragePool[]? there) =>
        Disk(new() { Target = "vda", Source = DiskSource.Volume, Path = "db1.qcow2", Pool = "images" }, here, there);

    private static DestinationCandidate File(string path, StoragePool[]? here, StoragePool[]? there) =>
        Disk(new() { Target = "vda", Source = DiskSource.File, Path = path }, here, there);

    private static DestinationCandidate Disk(VmDisk disk, StoragePool[]? here, StoragePool[]? there) => GivenPlacement.Candidate().Vm(vm => vm with { Disks = [disk] }) with
    {
        SourceSurroundings = new() { Pools = here },
        Surroundings = new() { Pools = there },
    };
}
