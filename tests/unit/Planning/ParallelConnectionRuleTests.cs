using VirtMigration.Planning;
using VirtMigration.Units;
using Xunit;

namespace VirtMigration.UnitTests.Planning;

public sealed class ParallelConnectionRuleTests
{
    // max(2, min(floor(B / 10 Gbps), V, L, E))
    [Theory]
    [InlineData("10Gbps", 16, 16, null, 2)]
    [InlineData("19999Mbps", 16, 16, null, 2)]
    [InlineData("29999Mbps", 16, 16, null, 2)]
    [InlineData("30Gbps", 16, 16, null, 3)]
    [InlineData("100Gbps", 16, 16, null, 10)]
    [InlineData("100Gbps", 6, 16, null, 6)]
    [InlineData("100Gbps", 1, 16, null, 2)]
    [InlineData("100Gbps", 16, 16, 4, 4)]
    [InlineData("100Gbps", 16, 16, 1, 2)]
    [InlineData("100Gbps", 16, 8, null, 8)]
    [InlineData("400Gbps", 64, 16, null, 16)]
    [InlineData("400Gbps", 64, 16, 64, 16)]
    [InlineData("1Mbps", 64, 16, null, 2)]
    [InlineData("1000000Tbps", 64, 16, null, 16)]
    public void Forced_parallel_takes_what_bandwidth_vcpus_limit_and_emulator_cpus_allow_but_two_at_least(
        string bandwidth, int vCpus, int maximum, int? emulatorCpus, int connections) =>
        Assert.Equal(connections, ParallelConnectionRule.Forced(Bandwidth.Parse(bandwidth), vCpus, maximum, emulatorCpus));

    [Fact]
    public void Forced_parallel_with_unknown_bandwidth_takes_two_connections() =>
        Assert.Equal(2, ParallelConnectionRule.Forced(null, 64, 16, null));
}
