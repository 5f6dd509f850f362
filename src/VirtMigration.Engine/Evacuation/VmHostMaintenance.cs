namespace VirtMigration.Evacuation;

/// <summary>A host's maintenance with what is on the host now.</summary>
public sealed record VmHostMaintenance
{
    /// <summary>The host by its registered name.</summary>
    public required string Host { get; init; }

    /// <summary>Its cluster; null: the host is not registered any more.</summary>
    public string? Cluster { get; init; }

    /// <summary>How far it is.</summary>
    public required HostMaintenanceState State { get; init; }

    /// <summary>Who asked for it last, as <c>alice@ops1</c>.</summary>
    public required string Operator { get; init; }

    /// <summary>When the host went into it, its plan was saved, or the bringing back began.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>Why, in the operator's words; null: none were given.</summary>
    public string? Reason { get; init; }

    /// <summary>The shell that moves its VMs, or did last, as <c>process 4711 on ops1</c>; null: nothing but a plan was made.</summary>
    public string? Shell { get; init; }

    /// <summary>Whether that shell is alive; null: it runs on another machine and cannot be asked for, or there is none. A shell that is
    /// alive may have stopped moving VMs.</summary>
    public bool? ShellAlive { get; init; }

    /// <summary>In whose hands the host's VMs are at this moment, as <c>alice@ops1, process 4711 on ops1</c>; null: in nobody's, or the host
    /// did not answer.</summary>
    public string? HeldBy { get; init; }

    /// <summary>The VMs that were moved away and not brought back.</summary>
    public required IReadOnlyList<MovedVm> Moved { get; init; }

    /// <summary>The VMs that the last run left on it, with why.</summary>
    public required IReadOnlyList<VmLeftOver> Left { get; init; }

    /// <summary>The plan that was saved; null: none.</summary>
    public SavedEvacuation? Plan { get; init; }

    /// <summary>The VMs that run or are paused on it now, by name; null: it did not answer.</summary>
    public IReadOnlyList<string>? Running { get; init; }

    /// <summary>The VMs that are shut off on it now, by name; null: it did not answer.</summary>
    public IReadOnlyList<string>? Stopped { get; init; }

    /// <summary>Why nothing can be said of what is on it now; null: it answered.</summary>
    public string? Problem { get; init; }

    /// <summary>In words: <c>h1: InMaintenance</c>.</summary>
    public override string ToString() => $"{Host}: {State}";
}
