using System.Runtime.InteropServices;
using VirtMigration.Native.Domains;
using VirtMigration.Native.Handles;
using VirtMigration.Native.Interop;
using VirtMigration.Planning;
using VirtMigration.Units;
using Xunit;

namespace VirtMigration.UnitTests.Native;

public sealed class TypedParametersTests
{
    [LibvirtFact]
    public void Values_come_back_from_libvirts_memory()
    {
        using TypedParameters parameters = new();
        parameters.Add("bandwidth", ulong.MaxValue);
        parameters.Add("parallel.connections", -7);
        parameters.Add("migrate_uri", "tcp://zürich");
        ReadOnlySpan<VirTypedParameter> entries = parameters.Entries;
        Assert.Equal(3, entries.Length);
        Assert.True(entries[0].Name.Is("bandwidth"u8));
        Assert.False(entries[0].Name.Is("bandwidt"u8));
        Assert.False(entries[0].Name.Is("bandwidth.postcopy"u8));
        Assert.Equal(TypedParameterType.UInt64, entries[0].Type);
        Assert.Equal(ulong.MaxValue, entries[0].UInt64);
        Assert.Equal(long.MaxValue, entries[0].ToInt64());
        Assert.Equal(TypedParameterType.Int32, entries[1].Type);
        Assert.Equal(-7, entries[1].ToInt64());
        Assert.Equal(TypedParameterType.Text, entries[2].Type);
        Assert.Equal("tcp://zürich", Marshal.PtrToStringUTF8(entries[2].Text));
        Assert.Equal(0, entries[2].ToInt64());
    }

    [LibvirtFact]
    public void A_plan_always_states_its_bandwidth()
    {
        using TypedParameters parameters = MigrationParameters.Build(new TransferSettings
        {
            Techniques = MigrationTechniques.Live,
            DestinationUri = "qemu+tcp://h2/system",
            Bandwidth = Bandwidth.Unlimited,
        });
        Assert.Equal(1, parameters.Count);
        Assert.True(parameters.Entries[0].Name.Is("bandwidth"u8));
        Assert.Equal(8796093022207UL, parameters.Entries[0].UInt64);
    }

    [LibvirtFact]
    public void A_plan_states_the_rest_where_it_is_set()
    {
        using TypedParameters parameters = MigrationParameters.Build(new TransferSettings
        {
            Techniques = MigrationTechniques.Live,
            DestinationUri = "qemu+tcp://h2/system",
            MigrationUri = "tcp://10.78.0.12",
            Bandwidth = Bandwidth.FromMebibytesPerSecond(100),
            ParallelConnections = 4,
        });
        Assert.Equal(3, parameters.Count);
        Assert.Equal(100UL, parameters.Entries[0].UInt64);
        Assert.Equal("tcp://10.78.0.12", Marshal.PtrToStringUTF8(parameters.Entries[1].Text));
        Assert.True(parameters.Entries[2].Name.Is("parallel.connections"u8));
        Assert.Equal(TypedParameterType.Int32, parameters.Entries[2].Type);
        Assert.Equal(4, parameters.Entries[2].Int32);
    }

    [LibvirtFact]
    public void A_job_is_read_from_its_parameters()
    {
        using TypedParameters parameters = new();
        parameters.Add("operation", 5);
        parameters.Add("time_elapsed", 2121UL);
        parameters.Add("downtime", 36UL);
        parameters.Add("memory_total", 1UL << 30);
        parameters.Add("memory_remaining", 1UL << 20);
        parameters.Add("memory_bps", 125_000_000UL);
        parameters.Add("memory_dirty_rate", 1000UL);
        parameters.Add("memory_page_size", 4096UL);
        parameters.Add("memory_iteration", 3UL);
        parameters.Add("a_key_of_a_newer_libvirt", "text");
        JobRecord job = JobRecord.Read(JobType.Unbounded, parameters.Entries);
        Assert.True(job.IsOutgoingMigration);
        Assert.Equal(TimeSpan.FromMilliseconds(2121), job.Counters.Elapsed);
        Assert.Equal(TimeSpan.FromMilliseconds(36), job.Counters.Downtime);
        Assert.Equal(ByteSize.FromMebibytes(1), job.Counters.MemoryRemaining);
        Assert.Equal(Bandwidth.FromMegabitsPerSecond(1000), job.Counters.MemoryRate);
        Assert.Equal(Bandwidth.FromBytesPerSecond(4_096_000), job.Counters.DirtyRate);
        Assert.Equal(3, job.Counters.Iteration);
        Assert.Null(job.Counters.Setup);
        Assert.Null(job.Counters.DowntimeNet);
        Assert.Null(job.Counters.Throttle);
    }

    [LibvirtFact]
    public void A_dirty_rate_that_QEMU_did_not_compute_is_unknown()
    {
        using TypedParameters parameters = new();
        parameters.Add("operation", 5);
        parameters.Add("memory_dirty_rate", 0UL);
        Assert.Null(JobRecord.Read(JobType.Unbounded, parameters.Entries).Counters.DirtyRate);
    }

    [Theory]
    [InlineData(5, 2, true)]
    [InlineData(5, 3, false)]
    [InlineData(4, 2, false)]
    [InlineData(9, 2, false)]
    public void Only_a_running_migration_away_is_outgoing(int operation, int type, bool expected) =>
        Assert.Equal(expected, new JobRecord((JobType)type, (JobOperation)operation, new()).IsOutgoingMigration);
}
