using System.Diagnostics;
using VirtMigration.State;
using Xunit;

namespace VirtMigration.UnitTests.State;

public sealed class LocalShellsTests
{
    private readonly LocalShells _shells = new();

    [Fact]
    public void The_one_that_asks_is_alive_for_every_shell_of_its_machine()
    {
        Assert.True(_shells.IsAlive(_shells.Own));
        Assert.True(new LocalShells().IsAlive(_shells.Own));
        Assert.True(_shells.IsAlive(_shells.Own with { Mark = null }));
    }

    [Fact]
    public void A_later_process_with_the_same_id_is_another_shell() =>
        Assert.False(_shells.IsAlive(_shells.Own with { Mark = _shells.Own.Mark + "0" }));

    [Fact]
    public void One_of_another_machine_or_of_an_earlier_start_of_this_one_cannot_be_asked()
    {
        Assert.Null(_shells.IsAlive(_shells.Own with { Machine = "elsewhere" }));
        Assert.Null(_shells.IsAlive(_shells.Own with { Mark = "another-boot:1" }));
    }

    [Fact]
    public async Task One_that_has_ended_is_gone()
    {
        using Process process = Process.Start(new ProcessStartInfo("sleep", "100"))!;
        VirtMigration.Ports.ShellProcess shell = new(Environment.MachineName, process.Id, null);
        Assert.True(_shells.IsAlive(shell));
        process.Kill();
        await process.WaitForExitAsync();
        Assert.False(_shells.IsAlive(shell));
    }
}
