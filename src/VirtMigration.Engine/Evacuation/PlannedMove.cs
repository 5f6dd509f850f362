using VirtMigration.Options;
using VirtMigration.Units;

namespace VirtMigration.Evacuation;

/// <summary>One VM's move in the plan of an evacuation.</summary>
public sealed record PlannedMove
{
    /// <summary>Its turn, from 1.</summary>
    public required int Order { get; init; }

    /// <summary>The VM's name.</summary>
    public required string VM { get; init; }

    /// <summary>The VM's UUID.</summary>
    public required Guid Uuid { get; init; }

    /// <summary>Where it is to go.</summary>
    public required string Destination { get; init; }

    /// <summary>How many hosts would take it, this one among them.</summary>
    public required int Choices { get; init; }

    /// <summary>The most memory it can have.</summary>
    public required ByteSize Memory { get; init; }

    /// <summary>When it leaves, as it is stated.</summary>
    public required MigrationPriority Priority { get; init; }

    /// <summary>The policy by name; null for a VM that is shut off.</summary>
    public string? Policy { get; init; }

    /// <summary>How many parallel connections it uses; null: one plain stream.</summary>
    public int? ParallelConnections { get; init; }

    /// <summary>Whether only a person may migrate it.</summary>
    public bool ManualOnly { get; init; }

    /// <summary>Why only a person may, in words; null: anybody may.</summary>
    public string? ManualReason { get; init; }

    /// <summary>What its pins become there, in words; null: they stay, or it has none.</summary>
    public string? Pins { get; init; }

    /// <summary>Whether it is shut off, and only its definition is moved.</summary>
    public bool Stopped { get; init; }

    /// <summary>When it is expected to start, from the beginning; null: that cannot be told.</summary>
    public TimeSpan? Start { get; init; }

    /// <summary>How long it is expected to take; null: that cannot be told.</summary>
    public TimeSpan? Takes { get; init; }

    /// <summary>What should be known about it.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>In words: <c>db1 -> h2</c>.</summary>
    public override string ToString() => $"{VM} -> {Destination}";
}
