using VirtMigration.Placement;
using VirtMigration.Planning;
using Xunit;

namespace VirtMigration.UnitTests.Placement;

public sealed class VersionCheckTests
{
    private readonly VersionCheck _check = new();

    [Theory]
    [InlineData("10.0.0", "8.2.0", "")]
    [InlineData("10.0.1", "8.2.1", "")]
    [InlineData("9.10.0", "8.2.0", "Warning LibvirtOlder")]
    [InlineData("10.0.0", "8.1.9", "Warning QemuOlder")]
    [InlineData("9.0.0", "7.2.0", "Warning LibvirtOlder; Warning QemuOlder")]
    [InlineData("10.0.0", null, "")]
    public void Older_software_than_the_sources_is_warned_of(string libvirt, string? qemu, string found) => Assert.Equal(found, _check.Finds(GivenPlacement.Candidate()
        .From(facts => facts with { LibvirtVersion = new(10, 0, 0), HypervisorVersion = new(8, 2, 0) })
        .To(facts => facts with { LibvirtVersion = Version.Parse(libvirt), HypervisorVersion = qemu is null ? null : Version.Parse(qemu) })));

    [Fact]
    public void A_source_that_does_not_tell_its_QEMU_is_not_older() =>
        Assert.Empty(_check.Check(GivenPlacement.Candidate().From(facts => facts with { HypervisorVersion = null })));

    [Theory]
    [InlineData("11.2.9", MigrationTechniques.PostCopy, "")]
    [InlineData("11.3", MigrationTechniques.PostCopy, "Warning PostCopyRecoveryCrashes")]
    [InlineData("11.4", MigrationTechniques.PostCopy, "")]
    [InlineData("11.3.0", MigrationTechniques.PostCopy, "Warning PostCopyRecoveryCrashes")]
    [InlineData("11.3.5", MigrationTechniques.PostCopy, "Warning PostCopyRecoveryCrashes")]
    [InlineData("11.4.0", MigrationTechniques.PostCopy, "")]
    [InlineData("11.3.0", MigrationTechniques.Live, "")]
    public void A_destination_that_crashes_over_recovery_is_warned_of_where_there_is_post_copy(string libvirt, MigrationTechniques techniques, string found) =>
        Assert.Equal(found, _check.Finds(GivenPlacement.Candidate().Planned(techniques)
            .From(facts => facts with { LibvirtVersion = new(9, 0, 0) })
            .To(facts => facts with { LibvirtVersion = Version.Parse(libvirt) })));
}
