using VirtMigration.Placement;
using VirtMigration.Planning;
using VirtMigration.Policies;
using Xunit;

namespace VirtMigration.UnitTests.Placement;

/// <summary>What a plan's techniques need of the hosts and libvirt does not tell.</summary>
public sealed class TechniqueCheckTests
{
    [Theory]
    [InlineData(MigrationTechniques.Live, "")]
    [InlineData(MigrationTechniques.Live | MigrationTechniques.Tls, "Info EncryptionUnknown")]
    public void Certificates_cannot_be_seen(MigrationTechniques techniques, string found) =>
        Assert.Equal(found, new EncryptionCheck().Finds(GivenPlacement.Candidate().Planned(techniques)));

    [Fact]
    public void The_name_that_a_certificate_must_have_is_told()
    {
        MigrationPlan plan = Given.Plan();
        DestinationCandidate candidate = GivenPlacement.Candidate() with
        {
            Plan = plan with { Transfer = plan.Transfer with { Techniques = MigrationTechniques.Tls, TlsDestination = "h2.example" } },
        };
        Assert.Contains("a certificate for h2.example that h1 trusts", new EncryptionCheck().Says(candidate), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(MigrationTechniques.Live, null, "")]
    [InlineData(MigrationTechniques.Live | MigrationTechniques.ZeroCopy, null, "Info LockedMemoryUnknown")]
    [InlineData(MigrationTechniques.Live | MigrationTechniques.ZeroCopy, 64, "Info LockedMemoryUnknown")]
    [InlineData(MigrationTechniques.Live | MigrationTechniques.ZeroCopy, 63, "Warning LockedMemoryLimited")]
    public void Zero_copy_locks_all_memory(MigrationTechniques techniques, int? limit, string found) => Assert.Equal(found, new LockedMemoryCheck().Finds(
        GivenPlacement.Candidate().Vm(vm => vm with { MemoryHardLimit = limit is int gibibytes ? Given.GiB(gibibytes) : null }).Planned(techniques)));

    [Theory]
    [InlineData(MigrationTechniques.Live, "")]
    [InlineData(MigrationTechniques.Live | MigrationTechniques.PostCopy, "Warning UserfaultfdUnknown")]
    public void Post_copy_needs_userfaultfd(MigrationTechniques techniques, string found) =>
        Assert.Equal(found, new PostCopyCheck().Finds(GivenPlacement.Candidate().Planned(techniques)));

    [Fact]
    public void What_a_policy_plans_is_checked() =>
        Assert.Equal("Warning UserfaultfdUnknown", new PostCopyCheck().Finds(GivenPlacement.Candidate() with { Plan = Given.Plan(policy: BuiltInPolicies.PostCopy) }));

    [Fact]
    public void Without_a_plan_no_technique_is_known()
    {
        Assert.Empty(new EncryptionCheck().Check(GivenPlacement.Candidate()));
        Assert.Empty(new LockedMemoryCheck().Check(GivenPlacement.Candidate()));
        Assert.Empty(new PostCopyCheck().Check(GivenPlacement.Candidate()));
    }
}
