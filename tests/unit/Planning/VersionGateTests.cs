using VirtMigration.Options;
using VirtMigration.Planning;
using VirtMigration.Policies;
using VirtMigration.Units;
using Xunit;

namespace VirtMigration.UnitTests.Planning;

public sealed class VersionGateTests
{
    // What asks for a technique, and how a plan shows that it has it.
    private static readonly Dictionary<string, (Func<MigrationRequest, MigrationRequest> Ask, Func<MigrationPlan, bool> Has)> s_techniques = new()
    {
        ["parallel"] = (it => it.InCluster(cluster => cluster with { ParallelConnections = ParallelChoice.Parallel }), plan => plan.IsParallel()),
        ["parallel and post-copy"] = (
            it => it.OfMachine("pc-q35-10.1").Asking(asked => asked with { Policy = BuiltInPolicies.PostCopy, ParallelConnections = ParallelChoice.Parallel }),
            plan => plan.Transfer.Uses(MigrationTechniques.Parallel | MigrationTechniques.PostCopy)),
        ["multifd compression"] = (
            it => it.Asking(asked => asked with { Compression = CompressionMethod.Zstd, ParallelConnections = ParallelChoice.Parallel }),
            plan => plan.Transfer.Compression == CompressionMethod.Zstd),
        ["multi-thread compression"] = (
            it => it.Asking(asked => asked with { Compression = CompressionMethod.MultiThread }), plan => plan.Transfer.Compression == CompressionMethod.MultiThread),
        ["zero-copy"] = (it => it.Asking(asked => asked with { Policy = BuiltInPolicies.VeryLarge }), plan => plan.Transfer.Uses(MigrationTechniques.ZeroCopy)),
        ["switchover with the transfer"] = (
            it => it.Asking(asked => asked with { SwitchoverBandwidth = BandwidthChoice.Parse("1Gbps") }), plan => plan.Transfer.SwitchoverBandwidth is not null),
        ["switchover with the transfer, attached"] = (
            it => it.Asking(asked => asked with { SwitchoverBandwidth = BandwidthChoice.Parse("1Gbps"), Transport = MigrationTransport.Attached }),
            plan => plan.Transfer.SwitchoverBandwidth is not null),
        ["switchover by monitor"] = (
            it => it.Asking(asked => asked with { SwitchoverBandwidth = BandwidthChoice.Parse("1Gbps") }), plan => plan.MonitorSwitchoverBandwidth is not null),
        ["encryption"] = (it => it.Asking(asked => asked with { Encryption = true }), plan => plan.Transfer.Uses(MigrationTechniques.Tls)),
        ["post-copy bandwidth"] = (
            it => it.Asking(asked => asked with { Policy = BuiltInPolicies.PostCopy with { Name = "Limited", PostCopyBandwidth = Bandwidth.Parse("1Gbps") } }),
            plan => plan.Transfer.PostCopyBandwidth is not null),
        ["post-copy"] = (it => it.Asking(asked => asked with { Policy = BuiltInPolicies.PostCopy }), plan => plan.Transfer.Uses(MigrationTechniques.PostCopy)),
    };

    // The technique, the versions on which it just is (first column pair) and just is not (a pair for libvirt, one for QEMU; null: no
    // such bound), and whether both hosts must have it.
    public static TheoryData<string, string, string, string?, string?, bool> Table => new()
    {
        { "parallel", "5.2.0", "4.0.0", "5.1.99", "3.1.99", true },
        { "parallel and post-copy", "11.3", "10.1.0", null, "10.0.99", true },
        { "multifd compression", "9.4.0", "10.0", "9.3.99", null, true },
        { "multi-thread compression", "11.3", "9.0.99", null, "9.1.0", true },
        { "zero-copy", "8.5.0", "7.1.0", "8.4.99", "7.0.99", true },
        { "switchover with the transfer", "11.1.0", "8.2.0", "11.0.99", null, false },
        { "switchover with the transfer, attached", "11.1.0", "8.2.0", "11.0.99", null, true },
        { "switchover by monitor", "11.0.99", "8.2.0", null, "8.1.99", false },
        { "encryption", "3.2.0", "2.7.0", "3.1.99", "2.6.99", true },
        { "post-copy bandwidth", "5.1.0", "3.0.0", "5.0.99", "2.12.99", true },
        { "post-copy", "1.3.3", "2.6.0", "1.3.2", "2.5.99", true },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void A_technique_is_there_from_its_version_on(string name, string libvirt, string qemu, string? tooOldLibvirt, string? withoutQemu, bool both)
    {
        (Func<MigrationRequest, MigrationRequest> ask, Func<MigrationPlan, bool> has) = s_techniques[name];
        MigrationRequest request = ask(Given.Request()).WithVersions(libvirt, qemu);
        Assert.True(has(request.Planned()));
        foreach ((string? oneLibvirt, string? oneQemu) in new[] { (tooOldLibvirt, qemu), (libvirt, withoutQemu) })
        {
            if (oneLibvirt is not null && oneQemu is not null)
            {
                Assert.False(Has(request with { Source = request.Source.WithVersions(oneLibvirt, oneQemu) }, has), $"source {oneLibvirt}/{oneQemu}");
                Assert.Equal(!both, Has(request with { Destination = request.Destination.WithVersions(oneLibvirt, oneQemu) }, has));
            }
        }
    }

    [Fact]
    public void A_hypervisor_of_unknown_version_has_nothing_that_is_gated()
    {
        MigrationRequest request = Given.Request(BuiltInPolicies.VeryLarge);
        MigrationPlan plan = (request with { Source = request.Source with { Facts = request.Source.Facts with { HypervisorVersion = null } } }).Planned();
        Assert.False(plan.IsParallel());
        Assert.Contains("unknown version", plan.Decision("ParallelConnections").Reason, StringComparison.Ordinal);
    }

    private static bool Has(MigrationRequest request, Func<MigrationPlan, bool> has)
    {
        try
        {
            return has(request.Planned());
        }
        catch (VirtMigrationException)
        {
            return false;
        }
    }
}
