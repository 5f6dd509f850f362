using VirtMigration.Execution;
using VirtMigration.Options;
using VirtMigration.Planning;
using VirtMigration.Units;
using Xunit;

namespace VirtMigration.LabTests;

/// <summary>Runs a plan and holds what libvirt told QEMU against it.</summary>
internal static class PlanReachesQemu
{
    private const long MiB = 1L << 20;

    /// <summary>Runs a plan to its end, which must be that the guest moved, whole; QEMU must have been told what the plan says.</summary>
    public static async Task<MigrationResult> RunAsync(Guest guest, MigrationRun run)
    {
        long since = QmpLog.Now();
        MigrationResult result;
        await using (Migration migration = Migration.Start(run))
        {
            result = await migration.ResultAsync();
        }

        Assert.Equal((MigrationOutcome.Succeeded, null), (result.Outcome, result.Error));
        await guest.RunsOnlyOnAsync(run.Plan.Destination);
        Equal(run.Plan, await QmpLog.ReadAsync(run.Plan.Source, since));
        return result;
    }

    private static void Equal(MigrationPlan plan, QmpLog told)
    {
        TransferSettings transfer = plan.Transfer;
        Assert.True(told.Started);
        Assert.Equal(transfer.Uses(MigrationTechniques.Parallel), told.Capability("multifd"));
        Assert.Equal(transfer.ParallelConnections, (int?)told.Number("multifd-channels"));
        Assert.Equal(transfer.Uses(MigrationTechniques.ZeroCopy), told.Capability("zero-copy-send"));
        Assert.Equal(transfer.Uses(MigrationTechniques.PostCopy), told.Capability("postcopy-ram"));
        Assert.Equal(transfer.Uses(MigrationTechniques.AutoConverge), told.Capability("auto-converge"));
        Assert.Equal(transfer.Compression == CompressionMethod.Xbzrle, told.Capability("xbzrle"));
        Assert.Equal(transfer.Compression == CompressionMethod.MultiThread, told.Capability("compress"));
        Assert.Equal(
            transfer.Compression is CompressionMethod.Zlib or CompressionMethod.Zstd ? $"{transfer.Compression}".ToLowerInvariant() : null,
            told.Text("multifd-compression"));
        Assert.Equal(transfer.XbzrleCache?.Bytes, told.Number("xbzrle-cache-size"));
        Assert.Equal(transfer.AutoConvergeInitial, (int?)told.Number("cpu-throttle-initial"));
        Assert.Equal(transfer.AutoConvergeIncrement, (int?)told.Number("cpu-throttle-increment"));
        Assert.Equal(transfer.Bandwidth.ToMebibytesPerSecond() * MiB, told.Number("max-bandwidth"));
        Assert.Equal(transfer.PostCopyBandwidth?.ToMebibytesPerSecond() * MiB, told.Number("max-postcopy-bandwidth"));
        Assert.Equal((long)plan.InitialDowntime.TotalMilliseconds, told.Number("downtime-limit"));

        // With the transfer libvirt takes whole MiB/s; the monitor takes bytes.
        Assert.Equal(
            transfer.SwitchoverBandwidth is Bandwidth typed ? typed.ToMebibytesPerSecond() * MiB : plan.MonitorSwitchoverBandwidth?.BitsPerSecond / 8,
            told.Number("avail-switchover-bandwidth"));
    }
}
