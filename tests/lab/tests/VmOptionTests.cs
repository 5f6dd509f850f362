using System.Diagnostics;
using VirtMigration.Execution;
using VirtMigration.Inventory;
using VirtMigration.Options;
using VirtMigration.Planning;
using VirtMigration.Units;
using Xunit;

namespace VirtMigration.LabTests;

/// <summary>What a VM states for its own migrations.</summary>
[Collection(LabCollection.Name)]
public sealed class VmOptionTests(LabFixture lab)
{
    private const string OthersNamespace = "https://example.org/others";

    private static readonly VmMigrationOptions s_options = new()
    {
        Policy = "PostCopy",
        ParallelConnections = ParallelChoice.Auto,
        MaxParallelConnections = 4,
        MigrationBandwidth = BandwidthChoice.Of(Bandwidth.Parse("1234567bps")),
        SwitchoverBandwidth = BandwidthChoice.Link,
        Encryption = false,
        MaxDowntime = TimeSpan.FromMilliseconds(1250),
    };

    private OptionEditor Editor => new(lab.Hypervisor, lab.Registry);

    [Fact(Timeout = LabCollection.Bound)]
    public async Task They_stand_in_the_running_VM_and_its_definition_travel_with_it_and_leave_others_metadata_alone()
    {
        await using Guest guest = await lab.NewGuestAsync("o", "h1", "--memory", "128MiB", "--workingset", "16MiB");
        await guest.VirshAsync("h1", "metadata", OthersNamespace, "--key", "others", "--set", "<note>keep</note>", "--live", "--config");
        VmMigrationOptions stated = s_options with { MigrationBandwidth = BandwidthChoice.Of(Bandwidth.Parse("1Gbps")) };
        await Editor.ApplyAsync(await guest.ListedAsync(), _ => stated, CancellationToken.None);
        await HasBothAsync(guest, "h1");

        await using (Migration migration = Migration.Start(await lab.PlanAsync(guest, new PlanOptions())))
        {
            // The VM's own options count: its policy, its downtime.
            MigrationResult result = await migration.ResultAsync();
            Assert.Equal((MigrationOutcome.Succeeded, "PostCopy"), (result.Outcome, result.Policy));
            Assert.Equal(TimeSpan.FromMilliseconds(1250), result.Plan.InitialDowntime);
        }

        await HasBothAsync(guest, "h2");
        VmMigrationOption moved = await Editor.ReadAsync(await guest.ListedAsync(), CancellationToken.None);
        Assert.Equal(("PostCopy", "Auto", "4", "1 Gbps", "1250 ms"), (moved.Policy, moved.ParallelConnections, moved.MaxParallelConnections, moved.MigrationBandwidth, moved.MaxDowntime));

        // Taken back, nothing of ours is left, and others' is.
        await Editor.ApplyAsync(await guest.ListedAsync(), _ => VmMigrationOptions.Empty, CancellationToken.None);
        foreach (string xml in await DefinitionsAsync(guest, "h2"))
        {
            Assert.DoesNotContain("virtmigration.github.io", xml, StringComparison.Ordinal);
            Assert.Contains("<others:note", xml, StringComparison.Ordinal);
        }
    }

    [Fact(Timeout = LabCollection.Bound)]
    public async Task They_are_kept_exactly()
    {
        await using Guest guest = await lab.NewGuestAsync("o", "h1", "--memory", "128MiB", "--workingset", "16MiB");
        VirtualMachine vm = await guest.ListedAsync();
        Ports.IHypervisorHost host = await lab.Hypervisor.ConnectAsync(lab.Registry.Find("h1"), CancellationToken.None);
        await host.SetVmOptionsAsync(vm.Uuid, s_options, CancellationToken.None);
        Assert.Equal(s_options, await host.GetVmOptionsAsync(vm.Uuid, CancellationToken.None));
        Assert.Equal(s_options, Assert.Single(await host.ListVmOptionsAsync(CancellationToken.None), one => one.Name == guest.Name).Options);
        Assert.Equal(s_options, (await host.GetDefinitionAsync(vm.Uuid, CancellationToken.None)).Options);
    }

    [Fact(Timeout = LabCollection.Bound)]
    public async Task While_the_VM_migrates_they_are_refused_at_once_on_both_sides()
    {
        Guest guest = await lab.BusyGuestAsync();
        MigrationRun run = await lab.PlanAsync(guest, new PlanOptions { Bandwidth = Bandwidth.Parse("4MiB/s") });
        await using Migration migration = Migration.Start(run);
        await migration.UnderWayAsync();
        foreach (Ports.IHypervisorHost side in (Ports.IHypervisorHost[])[run.Source, run.Destination])
        {
            long start = Stopwatch.GetTimestamp();
            VirtMigrationException error = await Assert.ThrowsAsync<VirtMigrationException>(
                () => side.SetVmOptionsAsync(run.Plan.Uuid, s_options, CancellationToken.None));
            Assert.Equal("VmIsMigrating", error.ErrorId);

            // libvirt itself would have waited 30 s for the migration.
            Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(15));
        }

        Assert.False(migration.Ended);
        await guest.ReleaseAsync(run.Plan.Source);
        Assert.Equal(MigrationOutcome.Succeeded, (await migration.ResultAsync()).Outcome);
        await guest.RunsOnlyOnAsync(run.Plan.Destination);
    }

    [Fact(Timeout = LabCollection.Bound)]
    public async Task What_a_newer_version_wrote_is_reported_left_out_of_the_plan_and_not_overwritten()
    {
        await using Guest guest = await lab.NewGuestAsync("o", "h1", "--memory", "128MiB", "--workingset", "16MiB");
        const string Ours = "https://virtmigration.github.io/xmlns/options/1";
        await guest.VirshAsync("h1", "metadata", Ours, "--key", "vm-options", "--set", "<options version='2' policy='PostCopy' futureThing='1'/>", "--live", "--config");
        VirtualMachine vm = await guest.ListedAsync();
        VmMigrationOption read = await Editor.ReadAsync(vm, CancellationToken.None);
        Assert.Contains("newer version", read.Problem, StringComparison.Ordinal);
        MigrationRun run = await lab.PlanAsync(guest, new PlanOptions());
        Assert.Equal("MinimalDowntime", run.Plan.Policy);
        Assert.Contains("newer version", Assert.Single(run.Plan.Warnings), StringComparison.Ordinal);

        VirtMigrationException error = await Assert.ThrowsAsync<VirtMigrationException>(
            () => Editor.ApplyAsync(vm, _ => new() { Policy = "PostCopy" }, CancellationToken.None));
        Assert.Equal("VmOptionsTooNew", error.ErrorId);
        Assert.Contains("futureThing", await guest.VirshAsync("h1", "metadata", Ours), StringComparison.Ordinal);
    }

    private static async Task HasBothAsync(Guest guest, string host)
    {
        foreach (string xml in await DefinitionsAsync(guest, host))
        {
            Assert.Contains("policy=\"PostCopy\"", xml.Replace('\'', '"'), StringComparison.Ordinal);
            Assert.Contains("<others:note", xml, StringComparison.Ordinal);
        }
    }

    private static async Task<string[]> DefinitionsAsync(Guest guest, string host) =>
        [await guest.VirshAsync(host, "dumpxml"), await guest.VirshAsync(host, "dumpxml", "--inactive")];
}
