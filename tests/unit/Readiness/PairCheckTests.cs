using VirtMigration.Inventory;
using VirtMigration.Readiness;
using VirtMigration.Units;
using Xunit;

namespace VirtMigration.UnitTests.Readiness;

/// <summary>The checks of the way from one host to another, each on both of its sides.</summary>
public sealed class PairCheckTests
{
    [Theory]
    [InlineData(2, "")]
    [InlineData(1, "Blocker SameHost")]
    public void Two_hosts_must_be_two(int uuid, string found) =>
        Assert.Equal(found, new SameHostCheck().Finds(GivenReadiness.Pair().To(host => host.Facts(facts => facts with { Uuid = Given.Id(uuid) }))));

    [Theory]
    [InlineData("x86_64", "")]
    [InlineData("aarch64", "Blocker ArchitectureDiffers")]
    public void Two_hosts_must_be_of_one_architecture(string architecture, string found) =>
        Assert.Equal(found, new ArchitectureCheck().Finds(GivenReadiness.Pair().To(host => host.Facts(facts => facts with { Architecture = architecture }))));

    [Theory]
    [InlineData("11.3.0", "10.0.0", "")]
    [InlineData("12.0.0", "11.0.0", "")]
    [InlineData("11.2.0", "10.0.0", "Warning LibvirtOlder")]
    [InlineData("11.3.0", "9.2.0", "Warning QemuOlder")]
    [InlineData("9.0.0", "7.2.0", "Warning LibvirtOlder; Warning QemuOlder")]
    public void Older_software_than_the_sources_is_warned_of(string libvirt, string qemu, string found) =>
        Assert.Equal(found, new VersionCheck().Finds(GivenReadiness.Pair().To(host => host.WithVersions(libvirt, qemu))));

    [Theory]
    [InlineData("pc-q35-7.2,pc-q35-10.0,q35", "pc-q35-7.2,pc-q35-10.0,q35", "Info MachineTypesInCommon", "the newest are pc-q35-10.0 ")]
    [InlineData("pc-q35-7.2,pc-q35-10.0", "pc-q35-7.2", "Warning MachineTypesMissing; Info MachineTypesInCommon", "does not know pc-q35-10.0 ")]
    [InlineData("pc-q35-2.4,pc-q35-7.2", "pc-q35-7.2", "Info MachineTypesMissing; Info MachineTypesInCommon", "does not know pc-q35-2.4 ")]
    [InlineData("pc-q35-7.2,pc-i440fx-7.2", "pc-i440fx-7.2,pc-q35-7.2,virt-7.2", "Info MachineTypesInCommon", "the newest are pc-q35-7.2, pc-i440fx-7.2 ")]
    [InlineData("pc-q35-rhel9.4.0,pc-q35-rhel9.6.0", "pc-q35-rhel9.4.0", "Warning MachineTypesMissing; Info MachineTypesInCommon", "the newest are pc-q35-rhel9.4.0 ")]
    [InlineData("pc-q35-10.0,q35", "pc-q35-7.2,q35", "Blocker MachineTypesNone", "they have none in common")]
    [InlineData("", "pc-q35-7.2", "Info MachineTypesUnknown", "h1 does not tell")]
    [InlineData("pc-q35-7.2", "", "Info MachineTypesUnknown", "h2 does not tell")]
    public void Machine_types_in_common_are_found(string source, string destination, string found, string said)
    {
        HostPair pair = GivenReadiness.Pair().From(host => Knowing(host, source)).To(host => Knowing(host, destination));
        Assert.Equal(found, new MachineTypeCheck().Finds(pair));
        Assert.Contains(said, new MachineTypeCheck().Says(pair), StringComparison.Ordinal);
    }

    [Fact]
    public void Many_missing_machine_types_are_counted()
    {
        string[] types = [.. Enumerable.Range(1, 9).Select(minor => $"pc-q35-9.{minor}")];
        string said = new MachineTypeCheck().Says(GivenReadiness.Pair().From(host => Knowing(host, $"{string.Join(',', types)},pc-q35-7.2")).To(host => Knowing(host, "pc-q35-7.2")));
        Assert.Contains("does not know pc-q35-9.9, pc-q35-9.8, pc-q35-9.7, pc-q35-9.6 and 5 more", said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Intel", "Icelake", "vmx,amx", "Intel", "Icelake", "vmx,amx,more", "")]
    [InlineData("Intel", "Icelake", "vmx,amx", "Intel", "Icelake", "vmx", "Warning CpuFeaturesMissing")]
    [InlineData("Intel", "Icelake", "", "Intel", "Skylake", "", "Warning CpuModelDiffers")]
    [InlineData("Intel", "Icelake", "", "AMD", "EPYC", "", "Warning CpuVendorDiffers")]
    [InlineData("Intel", null, "", "Intel", "Icelake", "", "Info CpuUnknown")]
    [InlineData("Intel", "Icelake", "", null, null, "", "Info CpuUnknown")]
    public void A_CPU_that_lacks_something_is_warned_of(string? vendor, string? model, string features, string? vendorThere, string? modelThere, string featuresThere, string found) => Assert.Equal(
        found,
        new CpuCheck().Finds(GivenReadiness.Pair()
            .From(host => Having(host, new() { Vendor = vendor, Model = model, Features = Set(features) }))
            .To(host => Having(host, new() { Vendor = vendorThere, Model = modelThere, Features = Set(featuresThere) }))));

    [Theory]
    [InlineData(2_400_000_000L, 2_400_000_000L, false, "")]
    [InlineData(2_400_000_000L, 2_400_600_000L, false, "")]
    [InlineData(2_400_000_000L, 2_400_600_001L, false, "Warning TscFrequencyDiffers")]
    [InlineData(2_400_000_000L, 3_000_000_000L, null, "Warning TscFrequencyDiffers")]
    [InlineData(2_400_000_000L, 3_000_000_000L, true, "")]
    [InlineData(null, 3_000_000_000L, false, "Info TscUnknown")]
    [InlineData(2_400_000_000L, null, null, "Info TscUnknown")]
    public void Another_TSC_frequency_is_warned_of_where_it_cannot_be_scaled(long? source, long? destination, bool? scaling, string found) => Assert.Equal(
        found,
        new TscCheck().Finds(GivenReadiness.Pair()
            .From(host => Having(host, new() { TscFrequency = source }))
            .To(host => Having(host, new() { TscFrequency = destination, TscScaling = scaling }))));

    [Theory]
    [InlineData("10.0.8.11", "10.0.8.12", null, "")]
    [InlineData("10.0.8.11", "10.0.9.12", null, "Warning MigrationNetworksDiffer")]
    [InlineData("10.0.8.11", "10.0.9.12", "10.0.0.0/16", "")]
    [InlineData("10.0.8.11", "fd00:8::12", null, "Warning MigrationNetworksDiffer")]
    [InlineData("[fd00:8::11]", "fd00:8::12", null, "")]
    [InlineData("fd00:8::11", "fd00:9::12", null, "Warning MigrationNetworksDiffer")]
    [InlineData("10.0.8.11", "10.0.8.11", null, "Blocker MigrationAddressShared")]
    [InlineData("10.0.8.11", "10.0.8.11", "10.0.8.0/24", "Blocker MigrationAddressShared")]
    [InlineData(null, "10.0.9.12", null, "")]
    [InlineData("h1-mig", "h2-mig", null, "")]
    public void Two_migration_addresses_belong_in_one_network(string? source, string? destination, string? network, string found) => Assert.Equal(
        found,
        new MigrationNetworkCheck().Finds(GivenReadiness.Pair()
            .From(host => host.Registered(one => one with { MigrationAddress = source }))
            .To(host => host.Registered(one => one with { MigrationAddress = destination }).InCluster(cluster => cluster with { MigrationNetwork = network }))));

    [Theory]
    [InlineData("10Gbps", "")]
    [InlineData("1Gbps", "Info LinkSpeedsDiffer")]
    [InlineData(null, "")]
    public void Of_two_link_speeds_the_slower_counts(string? speed, string found)
    {
        HostPair pair = GivenReadiness.Pair().To(host => host.Registered(one => one with { LinkSpeed = speed is null ? null : Bandwidth.Parse(speed) }));
        Assert.Equal(found, new LinkPairCheck().Finds(pair));
        Assert.True(found.Length == 0 || new LinkPairCheck().Says(pair).Contains("1 Gbps counts", StringComparison.Ordinal), new LinkPairCheck().Says(pair));
    }

    [Fact]
    public void A_technique_is_had_only_where_both_have_it()
    {
        TechniquePairCheck check = new();
        HostPair modern = GivenReadiness.Pair().From(host => host.WithVersions("12.0", "10.1")).To(host => host.WithVersions("12.0", "10.1"));
        Assert.DoesNotContain("zero-copy", check.Says(modern), StringComparison.Ordinal);
        Assert.Contains("zero-copy needs QEMU 7.1, h2 has 7.0", check.Says(modern.To(host => host.WithVersions("12.0", "7.0"))), StringComparison.Ordinal);
        Assert.Contains("zero-copy needs QEMU 7.1, h1 has 7.0", check.Says(modern.From(host => host.WithVersions("12.0", "7.0"))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "Info LoginUnknown", "Info MemoryPathUnknown")]
    [InlineData(ProbeOutcome.NotStarted, "Info LoginUnknown", "Info MemoryPathUnknown")]
    [InlineData(ProbeOutcome.Moved, "", "")]
    [InlineData(ProbeOutcome.Failed, "", "")]
    public void A_way_that_was_not_tried_is_unknown(ProbeOutcome? outcome, string login, string memory)
    {
        HostPair pair = outcome is ProbeOutcome known ? GivenReadiness.Pair().Probed(known) : GivenReadiness.Pair();
        Assert.Equal((login, memory), (new LoginCheck().Finds(pair), new MemoryPathCheck().Finds(pair)));
        Assert.True(login.Length == 0 || new LoginCheck().Says(pair).Contains("as root on h1: virsh -c qemu+tls://h2/system version (and virt-pki-validate", StringComparison.Ordinal));
        Assert.True(memory.Length == 0 || new MemoryPathCheck().Says(pair).Contains("ssh h1 nc -vz -w 5 10.0.8.12 49152", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false, null, "")]
    [InlineData(true, null, "Warning EncryptionUnknown")]
    [InlineData(true, false, "Warning EncryptionUnknown")]
    [InlineData(true, true, "")]
    public void Certificates_that_were_not_tried_are_unknown(bool encryption, bool? triedWith, string found)
    {
        HostPair pair = GivenReadiness.Pair().To(host => host.InCluster(cluster => cluster with { Encryption = encryption }));
        pair = triedWith is bool encrypted ? pair.Probed(ProbeOutcome.Moved) with { Probe = pair.Probed(ProbeOutcome.Moved).Probe! with { Encrypted = encrypted } } : pair;
        Assert.Equal(found, new EncryptionPathCheck().Finds(pair));
        Assert.True(found.Length == 0 || new EncryptionPathCheck().Says(pair).Contains("for 'h2'", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(ProbeOutcome.Moved, ProbeObstacle.None, "Info ProbeMoved", "a probe moved in 600 ms, to tcp://10.0.8.12")]
    [InlineData(ProbeOutcome.NotStarted, ProbeObstacle.None, "Warning ProbeNotStarted", "it could not be tried: no route")]
    [InlineData(ProbeOutcome.Failed, ProbeObstacle.Login, "Blocker ProbeFailed", "the daemon of h1 could not log in to h2 at qemu+tls://h2/system: no route")]
    [InlineData(ProbeOutcome.Failed, ProbeObstacle.Memory, "Blocker ProbeFailed", "h1 logged in to h2, but could not send memory to tcp://10.0.8.12: no route")]
    [InlineData(ProbeOutcome.Failed, ProbeObstacle.Encryption, "Blocker ProbeFailed", "the name 'h2' in h2's")]
    [InlineData(ProbeOutcome.Failed, ProbeObstacle.Refusal, "Blocker ProbeFailed", "refused on its way from h1 to h2: no route")]
    public void A_probe_tells_who_could_not_reach_whom(ProbeOutcome outcome, ProbeObstacle obstacle, string found, string said)
    {
        HostPair pair = GivenReadiness.Pair().Probed(outcome, obstacle, "no route.");
        Assert.Equal(found, new ProbeCheck().Finds(pair));
        Assert.Contains(said, new ProbeCheck().Says(pair), StringComparison.Ordinal);
        Assert.Empty(new ProbeCheck().Check(GivenReadiness.Pair()));
    }

    [Fact]
    public void A_probe_that_may_still_be_there_is_said_by_name_with_the_command_for_each_host()
    {
        HostPair pair = GivenReadiness.Pair().Probed(ProbeOutcome.Failed, ProbeObstacle.Memory, "gone");
        pair = pair with { Probe = pair.Probe! with { Left = ["h1", "h2"] } };
        HostFinding left = new ProbeCheck().Check(pair).Single(finding => finding.Id == "ProbeLeft");
        Assert.Equal($"{pair.Probe.Name} may still be on h1 and h2", left.Present);
        Assert.Contains($"virsh -c qemu+ssh://me@h1/system destroy {pair.Probe.Name}; virsh -c qemu+ssh://me@h2/system destroy {pair.Probe.Name}", left.Action, StringComparison.Ordinal);
    }

    private static HostSubject Knowing(HostSubject host, string types) => host.Facts(facts => facts with { MachineTypes = Set(types) });

    private static HostSubject Having(HostSubject host, HostCpu cpu) => host.Facts(facts => facts with { Cpu = cpu });

    private static HashSet<string> Set(string text) => [.. text.Split(',', StringSplitOptions.RemoveEmptyEntries)];
}
