namespace VirtMigration.Execution;

/// <summary>Who wants to steer which migration.</summary>
/// <param name="Vm">The VM's UUID.</param>
/// <param name="VmName">The VM's name.</param>
/// <param name="Operator">The user, as <c>alice@ops1</c>.</param>
/// <param name="Policy">The policy by name.</param>
public sealed record LeaseRequest(Guid Vm, string VmName, string Operator, string Policy)
{
    /// <summary>Who steered before, in words; null: whoever asks starts the migration.</summary>
    public string? TakenOverFrom { get; init; }
}
