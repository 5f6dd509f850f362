using VirtMigration.Ports;

namespace VirtMigration.UnitTests.Execution;

/// <summary>The shells of a machine, of which a test says who is alive.</summary>
internal sealed class FakeShells : IShells
{
    public ShellProcess Own { get; init; } = new(Environment.MachineName, Environment.ProcessId, "own");

    /// <summary>The processes of this machine that are alive beside the one that asks.</summary>
    public HashSet<int> Alive { get; } = [];

    public bool? IsAlive(ShellProcess shell) => shell.Machine != Own.Machine ? null : shell == Own || Alive.Contains(shell.Id);
}
