using System.Globalization;
using VirtMigration.Execution;
using Xunit;

namespace VirtMigration.LabTests;

/// <summary>What must hold after every fault: exactly one running VM, a report that is true, and nothing left of the migration. The
/// hosts are asked by virsh and the machine by its processes, never by the product.</summary>
internal sealed class Aftermath
{
    // No policy and no default has it, so that who finds it knows that it was set back.
    private const string DowntimeBefore = "321";

    private readonly LabFixture _lab;
    private readonly Guest _guest;

    private Aftermath(LabFixture lab, Guest guest)
    {
        _lab = lab;
        _guest = guest;
    }

    /// <summary>To be called before the migration is planned: what it must put back is set.</summary>
    public static async Task<Aftermath> OfAsync(LabFixture lab, Guest guest)
    {
        await guest.VirshAsync((await guest.ListedAsync()).Host, "migrate-setmaxdowntime", DowntimeBefore);
        return new(lab, guest);
    }

    /// <summary>The report is true, and all else holds as well.</summary>
    public async Task HoldsAsync(MigrationResult report)
    {
        string? running = (await _guest.StatesAsync()).SingleOrDefault(pair => pair.Value == "running").Key;
        Assert.True(running == report.Host, $"The report says '{report.Describe()}', and virsh finds it running on {running ?? "no host"}.");
        Assert.Equal(report.Host == report.Source ? MigrationEndState.Stayed : MigrationEndState.Moved, report.EndState);
        Assert.True((report.EndState == MigrationEndState.Moved ? report.OnDestination : report.OnSource).Active);
        if (report.EndState == MigrationEndState.Moved)
        {
            Assert.Equal((MigrationOutcome.Succeeded, null, null), (report.Outcome, report.ErrorId, report.Error));
        }
        else
        {
            Assert.NotEqual(MigrationOutcome.Succeeded, report.Outcome);
            Assert.NotNull(report.ErrorId);
            Assert.NotEqual("MigrationStateUnknown", report.ErrorId);
            Assert.Contains($"VM '{_guest.Name}' is on {report.Source} (", report.Error, StringComparison.Ordinal);
            Assert.False(string.IsNullOrEmpty(report.RecommendedAction));
            Assert.Null(report.Downtime);
        }

        await HoldsAsync(report.Host!);

        // Only a VM that stayed has the limit from before; on another host it is another QEMU's.
        if (report.EndState == MigrationEndState.Stayed)
        {
            Assert.Equal(DowntimeBefore, await _guest.VirshAsync(report.Host!, "migrate-getmaxdowntime"));
        }
    }

    /// <summary>It runs on this host and nowhere else, with all its memory, without a job, and without our record.</summary>
    public async Task HoldsAsync(string host)
    {
        await RunsOnceAsync(host);
        Assert.DoesNotContain("vm-migration:intent", await _guest.VirshAsync(host, "dumpxml"), StringComparison.Ordinal);
        Assert.DoesNotContain("vm-migration:intent", await _guest.VirshAsync(host, "dumpxml", "--inactive"), StringComparison.Ordinal);
    }

    /// <summary>It runs on this host and nowhere else, with all its memory and without a job; a shell that was killed may have left
    /// its record.</summary>
    public async Task RunsOnceAsync(string host)
    {
        await _guest.RunsOnlyOnAsync(host);
        Assert.Equal(1, Processes());
        Assert.Null(await _guest.JobAsync(host));
        Assert.Equal("yes", await _guest.InfoAsync(host, "Persistent"));
        Assert.Null(await _lab.ListedMigrationAsync(_guest));
    }

    // A QEMU that its daemon has lost sight of would be seen here alone: hosts are namespaces, and all their processes are this machine's.
    private int Processes() => Directory.EnumerateDirectories("/proc")
        .Where(folder => int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out _))
        .Count(folder => CommandLine(folder).Contains($"\0guest={_guest.Name},", StringComparison.Ordinal));

    private static string CommandLine(string folder)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, "cmdline"));
        }
        catch (IOException)
        {
            // It has ended meanwhile.
            return string.Empty;
        }
    }
}
