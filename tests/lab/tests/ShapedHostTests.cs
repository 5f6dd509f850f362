using VirtMigration.Execution;
using VirtMigration.Native.Xml;
using VirtMigration.Placement;
using VirtMigration.Planning;
using Xunit;

namespace VirtMigration.LabTests;

/// <summary>Hosts that show several cells: where a pinned VM fits, where it goes, and what its pins become.</summary>
[Collection(LabCollection.Name)]
public sealed class ShapedHostTests(LabFixture lab) : IAsyncLifetime
{
    // Of two cells of four CPUs, it has a guest cell on each, a CPU for each vCPU, and the emulator and the I/O thread beside them.
    private const string Pinned = """
        <memory unit='MiB'>256</memory>
        <vcpu placement='static'>2</vcpu>
        <iothreads>1</iothreads>
        <cputune>
          <vcpupin vcpu='0' cpuset='1'/>
          <vcpupin vcpu='1' cpuset='5'/>
          <emulatorpin cpuset='2-3'/>
          <iothreadpin iothread='1' cpuset='6'/>
        </cputune>
        <numatune>
          <memory mode='strict' nodeset='0-1'/>
          <memnode cellid='0' mode='strict' nodeset='0'/>
          <memnode cellid='1' mode='strict' nodeset='1'/>
        </numatune>
        <cpu mode='custom' match='exact' check='partial'>
          <model fallback='allow'>qemu64</model>
          <numa><cell id='0' cpus='0' memory='128' unit='MiB'/><cell id='1' cpus='1' memory='128' unit='MiB'/></numa>
        </cpu>
        """;

    private static readonly string[] s_roomy = ["--memory", "8GiB", "--free", "6GiB"];
    private static readonly string[] s_two = ["--cells", "2", "--cpus", "4", .. s_roomy];
    private static readonly string[] s_twoOfOtherIds = ["--cells", "2", "--cpus", "8", "--cell-ids", "0,4", .. s_roomy];

    private readonly HashSet<string> _shaped = [];

    public Task InitializeAsync() => lab.DestroyOursAsync();

    public async Task DisposeAsync()
    {
        await lab.DestroyOursAsync();
        foreach (string host in _shaped)
        {
            await LabFixture.LabAsync("numa", host, "--real");
        }
    }

    [Fact(Timeout = LabCollection.Bound)]
    public async Task A_pinned_VM_moves_to_a_differently_shaped_host_with_the_pins_of_the_plan()
    {
        await ShapeAsync("h1", s_two);
        await ShapeAsync("h2", s_twoOfOtherIds);
        await using Guest guest = await PinnedGuestAsync("shaped");
        string before = await guest.VirshAsync("h1", "dumpxml", "--migratable");

        // Unasked, its pins are its own: it is refused, and told the way.
        VirtMigrationException refused = await Assert.ThrowsAsync<VirtMigrationException>(() => lab.PlanAsync(guest, new() { Destination = "h2" }));
        Assert.Equal("DestinationUnfit", refused.ErrorId);
        Assert.Contains("NUMA cell", refused.Message, StringComparison.Ordinal);
        Assert.Contains("-RemapPins", refused.RecommendedAction, StringComparison.Ordinal);
        Assert.Equal(before, await guest.VirshAsync("h1", "dumpxml", "--migratable"));

        MigrationRun run = await lab.PlanAsync(guest, new() { Destination = "h2", RemapPins = true });
        PinLayout planned = run.Plan.Pins!.After;
        Assert.Equal([0, 4], planned.Memory.Where(binding => binding.VirtualCell is not null).SelectMany(binding => binding.HostCells));
        Assert.All(planned.VCpus, pin => Assert.InRange(Assert.Single(pin.Cpus), pin.Id * 8, (pin.Id * 8) + 7));
        await using Migration migration = Migration.Start(run);
        MigrationResult result = await migration.ResultAsync();
        Assert.Equal((MigrationEndState.Moved, null), (result.EndState, result.Error));
        foreach (string kind in (string[])["--migratable", "--inactive"])
        {
            Assert.Equal(planned, PinLayout.Of(DomainXml.Read(await guest.VirshAsync("h2", "dumpxml", kind))));
        }

        // What the kernel was asked for, and so what the threads run on.
        Assert.Contains($"cpus={planned.VCpus[1].Cpus[0]}\n", await LabFixture.LabAsync("pins", guest.Name) + "\n", StringComparison.Ordinal);
        await guest.RunsOnlyOnAsync("h2");

        // And back, where its old pins fit again.
        MigrationRun back = await lab.PlanAsync(guest, new() { Destination = "h1", RemapPins = true });
        await using Migration again = Migration.Start(back);
        Assert.Equal(MigrationEndState.Moved, (await again.ResultAsync()).EndState);
        Assert.Equal(back.Plan.Pins!.After, PinLayout.Of(DomainXml.Read(await guest.VirshAsync("h1", "dumpxml"))));
        await guest.RunsOnlyOnAsync("h1");
    }

    [Fact(Timeout = LabCollection.Bound)]
    public async Task A_VM_without_room_in_any_cell_is_refused_before_anything_is_touched()
    {
        await ShapeAsync("h1", s_two);
        await ShapeAsync("h2", "--cells", "2", "--cpus", "4", "--memory", "8GiB", "--free", "100MiB");
        await using Guest guest = await PinnedGuestAsync("shaped");
        string before = await guest.VirshAsync("h1", "dumpxml");
        foreach (bool remap in (bool[])[false, true])
        {
            VirtMigrationException error = await Assert.ThrowsAsync<VirtMigrationException>(
                () => lab.PlanAsync(guest, new() { Destination = "h2", RemapPins = remap }));
            Assert.Contains("128 MiB", error.Message, StringComparison.Ordinal);
        }

        Assert.Equal(before, await guest.VirshAsync("h1", "dumpxml"));
        await guest.RunsOnlyOnAsync("h1");
    }

    [H3Fact]
    public async Task The_host_that_keeps_the_pins_is_chosen()
    {
        await ShapeAsync("h1", s_two);
        await ShapeAsync("h2", s_twoOfOtherIds);
        await ShapeAsync("h3", s_two);
        await using Guest guest = await PinnedGuestAsync("shaped");
        foreach (bool remap in (bool[])[false, true])
        {
            MigrationPlan plan = (await lab.PlanMaker.MakeAsync(await guest.ListedAsync(), new() { RemapPins = remap }, CancellationToken.None)).Plan;
            Assert.Equal("h3", plan.Destination);
            Assert.Null(plan.Transfer.Pins);
        }

        // Where that host has too few CPUs, the other one is left, with other pins.
        await LabFixture.LabAsync("numa", "h3", "--cells", "1", "--cpus", "2", "--memory", "8GiB", "--free", "6GiB");
        MigrationRun run = await lab.PlanMaker.MakeAsync(await guest.ListedAsync(), new() { RemapPins = true }, CancellationToken.None);
        Assert.Equal("h2", run.Plan.Destination);
        await using Migration migration = Migration.Start(run);
        Assert.Equal(MigrationEndState.Moved, (await migration.ResultAsync()).EndState);
        await guest.RunsOnlyOnAsync("h2");
    }

    private async Task ShapeAsync(string host, params string[] shape)
    {
        _shaped.Add(host);
        await LabFixture.LabAsync(["numa", host, .. shape]);
    }

    private async Task<Guest> PinnedGuestAsync(string name)
    {
        string file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, Pinned);
        try
        {
            return await lab.NewGuestAsync(name, "h1", "--workingset", "16MiB", "--dirty", "1MiB/s", "--xml-extra", file);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
