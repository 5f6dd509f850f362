using VirtMigration.Execution;
using VirtMigration.Inventory;

namespace VirtMigration.Ports;

/// <summary>Which runs of the history are wanted. All conditions that are stated must hold; where a condition names several, one of
/// them.</summary>
public sealed record HistoryQuery
{
    /// <summary>How a name that was typed is compared with one that was recorded; the first is what was typed. A shell puts its
    /// wildcards here.</summary>
    public Func<string, string, bool> Matches { get; init; } = static (typed, name) => typed.Equals(name, StringComparison.OrdinalIgnoreCase);

    /// <summary>The VMs: one that was listed by its UUID, others by name or UUID; null: any.</summary>
    public IReadOnlyList<VmReference>? VMs { get; init; }

    /// <summary>The hosts they were on; null: any.</summary>
    public IReadOnlyList<string>? Sources { get; init; }

    /// <summary>The hosts they were to go to; null: any.</summary>
    public IReadOnlyList<string>? Destinations { get; init; }

    /// <summary>Who asked for it; null: anybody.</summary>
    public IReadOnlyList<string>? Operators { get; init; }

    /// <summary>Where the VM was then; null: anywhere.</summary>
    public IReadOnlyList<MigrationEndState>? EndStates { get; init; }

    /// <summary>Only runs that started at this time or later.</summary>
    public DateTimeOffset? After { get; init; }

    /// <summary>Only runs that started before this time.</summary>
    public DateTimeOffset? Before { get; init; }

    /// <summary>Of these only so many, the newest; 1 or more; null: all.</summary>
    public int? Last { get; init; }

    /// <summary>Throws for a query that nothing can answer.</summary>
    /// <exception cref="VirtMigrationException">LastOutOfRange or HistoryRangeInvalid.</exception>
    public void Check()
    {
        if (Last < 1)
        {
            throw new VirtMigrationException("LastOutOfRange", $"The last {Last} runs are none.", "Ask for 1 or more.");
        }

        if (After >= Before)
        {
            throw new VirtMigrationException("HistoryRangeInvalid", $"No run started at {After:u} or later and before {Before:u}: the first time is not before the second.",
                "State the earlier time with -After and the later one with -Before.");
        }
    }

    /// <summary>Whether a run is wanted.</summary>
    /// <param name="record">The run.</param>
    public bool Wants(MigrationRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        return (VMs is null || VMs.Any(vm => Means(vm, record)))
            && (Sources is null || Sources.Any(name => Matches(name, record.Source)))
            && (Destinations is null || Destinations.Any(name => Matches(name, record.Destination)))
            && (Operators is null || Operators.Any(name => Matches(name, record.Operator)))
            && (EndStates is null || EndStates.Contains(record.EndState))
            && !(record.StartedAt < After)
            && !(record.StartedAt >= Before);
    }

    // A listed VM is that one and not another that had its name before.
    private bool Means(VmReference vm, MigrationRecord record) =>
        vm.Vm is VirtualMachine listed ? listed.Uuid == record.Uuid
        : Matches(vm.Name, record.VM) || (Guid.TryParse(vm.Name, out Guid uuid) && uuid == record.Uuid);
}
