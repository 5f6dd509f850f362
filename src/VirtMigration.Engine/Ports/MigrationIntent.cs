using VirtMigration.Planning;

namespace VirtMigration.Ports;

/// <summary>Who drives a migration: written into the VM before the start. Without a migration under way it is stale and ignored.</summary>
/// <param name="Operator">The user, as <c>alice@ops1</c>.</param>
/// <param name="Machine">The machine the shell runs on.</param>
/// <param name="ProcessId">The shell's process there.</param>
/// <param name="Policy">The policy by name.</param>
/// <param name="Destination">The destination by its registered name.</param>
/// <param name="StartedAt">When.</param>
/// <param name="DowntimeBefore">The VM's downtime limit before: the shell that wrote this sets it back, and if that shell dies whoever
/// stops the migration can; null: not known.</param>
public sealed record MigrationIntent(
    string Operator, string Machine, int ProcessId, string Policy, string Destination, DateTimeOffset StartedAt, TimeSpan? DowntimeBefore)
{
    /// <summary>What was handed to the hypervisor, without pins: a recovery after post-copy broke has to repeat it; null: not known.</summary>
    public TransferSettings? Transfer { get; init; }

    /// <summary>What tells the shell's process from a later one with the same id (<see cref="ShellProcess.Mark"/>); null: not known.</summary>
    public string? ProcessMark { get; init; }

    /// <summary>What is done as long as the migration has not finished; null: not known, as in records of the first version of this
    /// product, or it cannot be read.</summary>
    public ScheduleIntent? Schedule { get; init; }

    /// <summary>The shell that wrote it.</summary>
    public ShellProcess Shell() => new(Machine, ProcessId, ProcessMark);
}
