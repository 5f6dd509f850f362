namespace VirtMigration.Execution;

/// <summary>What became of one VM when its host was emptied: flat, so that it can be written to a table.</summary>
public sealed record EvacuatedVm
{
    /// <summary>The VM's name.</summary>
    public required string VM { get; init; }

    /// <summary>The VM's UUID.</summary>
    public required Guid Uuid { get; init; }

    /// <summary>The host that is emptied.</summary>
    public required string Source { get; init; }

    /// <summary>The host it went to, or was tried on last; null: it was tried on none.</summary>
    public string? Destination { get; init; }

    /// <summary>What became of it.</summary>
    public required EvacuationOutcome Outcome { get; init; }

    /// <summary>The host it is on now; null where that is not certain.</summary>
    public string? Host { get; init; }

    /// <summary>The policy it was migrated with; null: it was not migrated, or is shut off.</summary>
    public string? Policy { get; init; }

    /// <summary>How often it was tried.</summary>
    public int Attempts { get; init; }

    /// <summary>The hosts it was tried on in vain, with why; empty: none.</summary>
    public string FailedAttempts { get; init; } = string.Empty;

    /// <summary>When its last attempt started; null: there was none.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>How long its last attempt took; null: there was none.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>The time its guest stood, as libvirt saw it; null: not known.</summary>
    public TimeSpan? Downtime { get; init; }

    /// <summary>Whether it is shut off, so that only its definition was to be moved.</summary>
    public bool Stopped { get; init; }

    /// <summary>The stable id of the error; null where there was none.</summary>
    public string? ErrorId { get; init; }

    /// <summary>The error in words; null where there was none.</summary>
    public string? Error { get; init; }

    /// <summary>What to do now; null where nothing is to be done.</summary>
    public string? RecommendedAction { get; init; }

    /// <summary>In words: <c>db1: Moved, on h2</c>.</summary>
    public override string ToString() => $"{VM}: {Outcome}{(Host is null ? string.Empty : $", on {Host}")}";
}
