using System.Reflection;
using VirtMigration.Placement;
using VirtMigration.Readiness;
using Xunit;

namespace VirtMigration.UnitTests.Readiness;

/// <summary>What holds for all checks of hosts together.</summary>
public sealed class EveryHostCheckTests
{
    [Theory]
    [InlineData(typeof(IHostCheck), "s_hostChecks")]
    [InlineData(typeof(IPairCheck), "s_pairChecks")]
    public void Every_check_is_asked(Type kind, string list)
    {
        object asked = typeof(HostReadiness).GetField(list, BindingFlags.NonPublic | BindingFlags.Static)!.GetValue(null)!;
        Assert.Equal(
            kind.Assembly.GetTypes().Where(type => type.IsClass && type.IsAssignableTo(kind)).Select(type => type.Name).Order(),
            ((IEnumerable<object>)asked).Select(check => check.GetType().Name).Order());
    }

    [Fact]
    public void Every_finding_says_what_is_needed_what_is_there_and_what_to_do()
    {
        List<HostFinding> findings = [.. Reports().SelectMany(report => report.Findings)];
        Assert.All(findings, finding =>
        {
            Assert.NotEmpty(finding.Required);
            Assert.NotEmpty(finding.Present);
            Assert.EndsWith(".", finding.Action, StringComparison.Ordinal);
            Assert.False(finding.Required.EndsWith('.') || finding.Present.EndsWith('.'), finding.ToString());
            Assert.DoesNotContain("  ", finding + finding.Action, StringComparison.Ordinal);
        });
        Assert.True(findings.Select(finding => finding.Id).Distinct().Count() > 25);
    }

    [Fact]
    public void What_nobody_can_tell_never_blocks_and_names_the_command_that_tells()
    {
        List<HostFinding> unknown = [.. Reports().SelectMany(report => report.Findings).Where(finding => finding.Id.EndsWith("Unknown", StringComparison.Ordinal))];
        Assert.Equal(
            ["CertificatesUnknown", "CpuUnknown", "EncryptionUnknown", "IncomingUnknown", "LinkSpeedUnknown", "LoginUnknown", "MachineTypesUnknown", "MemoryPathUnknown", "MemoryPortsUnknown", "TscUnknown", "UserfaultfdUnknown"],
            unknown.Select(finding => finding.Id).Distinct().Order());
        Assert.All(unknown, finding =>
        {
            Assert.NotEqual(FindingSeverity.Blocker, finding.Severity);
            Assert.Matches("virsh -c |ssh h[12] ", finding.Action);
        });
    }

    [Fact]
    public void A_report_has_all_findings_with_the_gravest_first_and_is_ready_where_none_blocks()
    {
        HostReport good = HostReadiness.Report(GivenReadiness.Subject());
        Assert.Equal((true, null, "h1: ready, 6 findings"), (good.Ready, good.Peer, good.ToString()));
        Assert.Equal("PostCopyRecoveryCrashes; 2 unknown", good.Summary());

        HostReport bad = HostReadiness.Report(Bad("h1"));
        Assert.False(bad.Ready);
        Assert.Equal(bad.Findings.OrderByDescending(finding => finding.Severity), bad.Findings);
        Assert.Equal(4, bad.Findings.Count(finding => finding.Severity == FindingSeverity.Blocker));
        Assert.StartsWith("HypervisorNotQemu, ConnectionReadOnly, PeerUriLocal, MigrationAddressLocal; ", bad.Summary(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_report_of_a_way_that_was_tried_says_how_the_probe_fared() =>
        Assert.EndsWith("; probe moved in 600 ms", HostReadiness.Report(GivenReadiness.Pair().From(host => host.WithVersions("12.0", "11.0")).Probed(ProbeOutcome.Moved)).Summary(), StringComparison.Ordinal);

    private static IEnumerable<HostReport> Reports()
    {
        HostSubject encrypting = GivenReadiness.Subject("h2").InCluster(cluster => cluster with { Encryption = true }).Registered(host => host with { LinkSpeed = null });
        return
        [
            HostReadiness.Report(GivenReadiness.Subject()),
            HostReadiness.Report(Bad("h1")),
            HostReadiness.Report(encrypting),
            HostReadiness.Report(new HostPair(GivenReadiness.Subject(), encrypting)),
            HostReadiness.Report(new HostPair(Bad("h1"), Bad("h1"))),
            HostReadiness.Report(new HostPair(GivenReadiness.Subject().Facts(facts => facts with { MachineTypes = new HashSet<string>() }), encrypting.WithVersions("9.0", "7.2"))),
            HostReadiness.Report(GivenReadiness.Pair().Probed(ProbeOutcome.Moved)),
            HostReadiness.Report(GivenReadiness.Pair().Probed(ProbeOutcome.Failed, ProbeObstacle.Memory, "No route to host.")),
            HostReadiness.Report(GivenReadiness.Pair().Probed(ProbeOutcome.NotStarted, error: "No.")),
            HostReadiness.Silent("h9", new HypervisorException(HypervisorFault.Timeout, "h9", 0, "h9 did not answer.", "Look at it.")),
        ];
    }

    private static HostSubject Bad(string name) => GivenReadiness.Subject(name)
        .Facts(facts => facts with { Hypervisor = "TEST", ReadOnly = true, LibvirtVersion = new(5, 0), HypervisorVersion = null })
        .Registered(host => host with { PeerUri = "qemu:///session", MigrationAddress = "127.0.0.1", LinkSpeed = null }) with
    {
        Load = null,
        Vms = [Given.Vm() with { Name = ProbeName.Of(Given.Id(5)), Uuid = Given.Id(5) }],
    };
}
