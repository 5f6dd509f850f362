using VirtMigration.Units;

namespace VirtMigration.Evacuation;

/// <summary>Who leaves a host for where, in which order, who cannot, and how long it is expected to take.</summary>
public sealed record EvacuationPlan
{
    /// <summary>The host that is to be emptied.</summary>
    public required string Host { get; init; }

    /// <summary>Its cluster.</summary>
    public required string Cluster { get; init; }

    /// <summary>The moves, in their order.</summary>
    public required IReadOnlyList<PlannedMove> Moves { get; init; }

    /// <summary>The VMs that stay, with why.</summary>
    public required IReadOnlyList<UnmovableVm> Left { get; init; }

    /// <summary>How long all moves take, in a sliding window; null: that cannot be told.</summary>
    public TimeSpan? Total { get; init; }

    /// <summary>No order could be quicker; null: that cannot be told.</summary>
    public TimeSpan? AtLeast { get; init; }

    /// <summary>What the times rest on, in words.</summary>
    public required string TimeBasis { get; init; }

    /// <summary>No plan could move more VMs than this.</summary>
    public required int AtMost { get; init; }

    /// <summary>What should be known before it starts.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>The hosts that might take VMs: those that answered and are in no maintenance.</summary>
    public IReadOnlyList<string> Targets { get; init; } = [];

    /// <summary>The ordinary memory that is missing for the VMs that find no room; null: none is.</summary>
    public ByteSize? Lacking { get; init; }

    /// <summary>What is missing for the VMs that are left for want of room, in words: <c>h2 and h3 lack 12 GiB together for 3 VMs</c>; null: none
    /// is left for that.</summary>
    public string? Missing() => EvacuationText.Missing(this);

    /// <summary>One line: <c>h1: 7 of 8 VMs leave for h2 (4) and h3 (3), in about 3 min; 1 stays: db9</c>.</summary>
    public string Summary() => EvacuationText.Summary(this);

    /// <summary>Names the VMs in it that only a person may migrate, and asks that person.</summary>
    public string ManualQuestion() =>
        $"Only a person may migrate {EvacuationText.Manual(Moves)}. {(Moves.Count(move => move.ManualOnly) == 1 ? "Its" : "Their")} performance may be lower on another host. "
        + $"Take {(Moves.Count(move => move.ManualOnly) == 1 ? "it" : "them")} along?";

    /// <summary>The whole plan as text: what -WhatIf prints.</summary>
    public string ToText() => EvacuationText.Of(this);

    /// <summary>The summary.</summary>
    public override string ToString() => Summary();
}
