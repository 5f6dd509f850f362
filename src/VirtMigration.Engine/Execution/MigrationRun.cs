using VirtMigration.Placement;
using VirtMigration.Planning;
using VirtMigration.Ports;

namespace VirtMigration.Execution;

/// <summary>One plan with the hosts to run it on.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="Source">Where the VM is.</param>
/// <param name="Destination">Where it goes.</param>
/// <param name="Operator">Who asked for it, as <c>alice@ops1</c>.</param>
public sealed record MigrationRun(MigrationPlan Plan, IHypervisorHost Source, IHypervisorHost Destination, string Operator)
{
    /// <summary>The machine of the shell that started it.</summary>
    public string Machine { get; init; } = Environment.MachineName;

    /// <summary>What was found about the destination.</summary>
    public IReadOnlyList<DestinationFinding> Findings { get; init; } = [];

    /// <summary>What was noticed before the start and belongs into the result.</summary>
    public IReadOnlyList<string> Notices { get; init; } = [];
}
