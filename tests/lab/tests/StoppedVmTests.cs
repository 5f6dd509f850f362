using VirtMigration.Execution;
using VirtMigration.Inventory;
using VirtMigration.Ports;
using Xunit;

namespace VirtMigration.LabTests;

/// <summary>VMs that are shut off: only their definition moves.</summary>
[Collection(LabCollection.Name)]
public sealed class StoppedVmTests(LabFixture lab)
{
    private static readonly StoppedVmMover s_mover = new(TimeProvider.System);

    // No guest boots: what is looked at is the definition.
    private async Task<Guest> DefinedAsync()
    {
        Guest guest = new(lab, "lt-off");
        await LabFixture.LabAsync("destroy", guest.Name);
        string file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(
                file,
                $"<domain type='qemu'><name>{guest.Name}</name><memory unit='MiB'>16</memory><vcpu>1</vcpu><os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type></os></domain>");
            ToolResult defined = await lab.VirshAsync("h1", "define", file);
            Assert.True(defined.Succeeded, defined.Error);
        }
        finally
        {
            File.Delete(file);
        }

        await guest.VirshAsync("h1", "autostart");
        return guest;
    }

    [Fact(Timeout = LabCollection.Bound)]
    public async Task A_definition_moves_with_its_autostart_and_is_gone_where_it_was()
    {
        await using Guest guest = await DefinedAsync();
        IHypervisorHost h1 = await lab.Hypervisor.ConnectAsync(lab.Registry.Find("h1"), CancellationToken.None);
        IHypervisorHost h2 = await lab.Hypervisor.ConnectAsync(lab.Registry.Find("h2"), CancellationToken.None);
        VirtualMachine vm = await guest.ListedAsync();
        VmDefinition definition = await h1.GetDefinitionAsync(vm.Uuid, CancellationToken.None);
        Assert.Equal(("pc-q35-7.2", 1, false), (definition.MachineType, definition.OnlineVCpus, definition.ManagedSave));

        StoppedVmResult result = await s_mover.MoveAsync(vm, h1, h2, CancellationToken.None);
        Assert.Equal((DefinitionEndState.Moved, "h2", null), (result.EndState, result.Host, result.Error));
        Assert.Empty(result.Notices);
        Assert.Equal(["h2 shut off"], (await guest.StatesAsync()).Select(pair => $"{pair.Key} {pair.Value}"));
        Assert.Equal("enable", await guest.InfoAsync("h2", "Autostart"));
    }

    [Fact(Timeout = LabCollection.Bound)]
    public async Task One_whose_memory_was_saved_is_refused_and_so_is_one_that_runs()
    {
        await using Guest guest = await DefinedAsync();
        IHypervisorHost h1 = await lab.Hypervisor.ConnectAsync(lab.Registry.Find("h1"), CancellationToken.None);
        IHypervisorHost h2 = await lab.Hypervisor.ConnectAsync(lab.Registry.Find("h2"), CancellationToken.None);
        VirtualMachine vm = await guest.ListedAsync();
        await guest.VirshAsync("h1", "start");
        Assert.Equal("VmIsRunning", (await Assert.ThrowsAsync<VirtMigrationException>(() => s_mover.MoveAsync(vm, h1, h2, CancellationToken.None))).ErrorId);

        await guest.VirshAsync("h1", "managedsave");
        try
        {
            Assert.True((await h1.GetDefinitionAsync(vm.Uuid, CancellationToken.None)).ManagedSave);
            Assert.Equal("VmSaved", (await Assert.ThrowsAsync<VirtMigrationException>(() => s_mover.MoveAsync(vm, h1, h2, CancellationToken.None))).ErrorId);
            Assert.Equal(["h1 shut off"], (await guest.StatesAsync()).Select(pair => $"{pair.Key} {pair.Value}"));
            Assert.Equal(("yes", "enable"), (await guest.InfoAsync("h1", "Managed save"), await guest.InfoAsync("h1", "Autostart")));
        }
        finally
        {
            await guest.VirshAsync("h1", "managedsave-remove");
        }
    }
}
