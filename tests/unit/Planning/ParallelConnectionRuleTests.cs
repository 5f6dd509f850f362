using VirtMigration.Options;
using VirtMigration.Planning;
using VirtMigration.Units;
using Xunit;

namespace VirtMigration.UnitTests.Planning;

public sealed class ParallelConnectionRuleTests
{
    // auto = min(floor(B / 10 Gbps), V, L, E); B null: not known, E null: all.
    public static TheoryData<string?, int, int, int?, int> Automatic => new()
    {
        { "9999Mbps", 16, 16, null, 0 },
        { "10000Mbps", 16, 16, null, 1 },
        { "10Gbps", 16, 16, null, 1 },
        { "19999Mbps", 16, 16, null, 1 },
        { "20000Mbps", 16, 16, null, 2 },
        { "29999Mbps", 16, 16, null, 2 },
        { "30Gbps", 16, 16, null, 3 },
        { "100Gbps", 16, 16, null, 10 },
        { "100Gbps", 1, 16, null, 1 },
        { "100Gbps", 2, 16, null, 2 },
        { "400Gbps", 16, 16, null, 16 },
        { "400Gbps", 17, 16, null, 16 },
        { "400Gbps", 17, 17, null, 17 },
        { "400Gbps", 64, 8, null, 8 },
        { "100Gbps", 16, 16, 1, 1 },
        { "100Gbps", 16, 16, 2, 2 },
        { "100Gbps", 16, 16, 4, 4 },
        { "1Mbps", 64, 16, null, 0 },
        { "1000000Tbps", 64, 16, null, 16 },
        { null, 64, 16, null, 0 },
    };

    [Theory]
    [MemberData(nameof(Automatic))]
    public void Parallel_takes_the_automatic_number_and_two_at_least(string? bandwidth, int vCpus, int maximum, int? emulator, int automatic) =>
        Assert.Equal(Math.Max(2, automatic), Connections(ParallelChoice.Parallel, bandwidth, vCpus, maximum, emulator));

    [Theory]
    [MemberData(nameof(Automatic))]
    public void Auto_takes_the_automatic_number_where_it_is_two_or_more(string? bandwidth, int vCpus, int maximum, int? emulator, int automatic) =>
        Assert.Equal(automatic >= 2 ? automatic : null, Connections(ParallelChoice.Auto, bandwidth, vCpus, maximum, emulator));

    [Theory]
    [MemberData(nameof(Automatic))]
    public void Disabled_is_one_stream_whatever_the_rest(string? bandwidth, int vCpus, int maximum, int? emulator, int automatic)
    {
        Assert.True(automatic >= 0);
        Assert.Null(Connections(ParallelChoice.Disabled, bandwidth, vCpus, maximum, emulator));
    }

    // used = max(2, min(n, threads of the source, threads of the destination)), whatever link, vCPUs and limit.
    [Theory]
    [InlineData(2, 64, 64, 2)]
    [InlineData(8, 2, 2, 2)]
    [InlineData(8, 1, 64, 2)]
    [InlineData(8, 64, 4, 4)]
    [InlineData(8, 4, 64, 4)]
    [InlineData(16, 64, 64, 16)]
    [InlineData(17, 64, 64, 17)]
    [InlineData(255, 512, 512, 255)]
    [InlineData(255, 128, 512, 128)]
    public void A_number_is_limited_by_the_threads_of_both_hosts_alone(int asked, int source, int destination, int taken)
    {
        Assert.Equal(taken, Connections(ParallelChoice.Number(asked), null, 1, 2, 1, source, destination));
        Assert.Equal(taken, Connections(ParallelChoice.Number(asked), "400Gbps", 64, 16, null, source, destination));
    }

    private static int? Connections(
        ParallelChoice choice, string? bandwidth, int vCpus, int maximum, int? emulator, int source = 64, int destination = 64) =>
        ParallelConnectionRule.Connections(new()
        {
            Choice = choice,
            Bandwidth = bandwidth is null ? null : Bandwidth.Parse(bandwidth),
            VCpus = vCpus,
            Maximum = maximum,
            EmulatorCpus = emulator,
            SourceThreads = source,
            DestinationThreads = destination,
        });
}
