using VirtMigration.Inventory;

namespace VirtMigration.Execution;

/// <summary>What moving the definition of a VM that is shut off came to, with where it is as both hosts say.</summary>
public sealed record StoppedVmResult
{
    /// <summary>The VM's name.</summary>
    public required string VM { get; init; }

    /// <summary>The VM's UUID.</summary>
    public required Guid Uuid { get; init; }

    /// <summary>The host it was on.</summary>
    public required string Source { get; init; }

    /// <summary>The host it was to go to.</summary>
    public required string Destination { get; init; }

    /// <summary>Where its definition is.</summary>
    public required DefinitionEndState EndState { get; init; }

    /// <summary>The host it is on now; null where that is not certain, or it is on both or none.</summary>
    public string? Host { get; init; }

    /// <summary>Whether it was to start with its host; it is set so again on the destination.</summary>
    public bool Autostart { get; init; }

    /// <summary>What the source says about the VM.</summary>
    public required VmObservation OnSource { get; init; }

    /// <summary>What the destination says about the VM.</summary>
    public required VmObservation OnDestination { get; init; }

    /// <summary>The stable id of the error; null where there was none.</summary>
    public string? ErrorId { get; init; }

    /// <summary>The error in words; null where there was none.</summary>
    public string? Error { get; init; }

    /// <summary>What to do now; null where nothing is to be done.</summary>
    public string? RecommendedAction { get; init; }

    /// <summary>What was noticed that does not change the outcome.</summary>
    public required IReadOnlyList<string> Notices { get; init; }

    /// <summary>Where its definition is, in one sentence.</summary>
    public string Describe()
    {
        string both = $"{OnSource}; {OnDestination}";
        return EndState switch
        {
            DefinitionEndState.Moved => $"The definition of VM '{VM}' is on {Destination} ({both}).",
            DefinitionEndState.Stayed => $"The definition of VM '{VM}' is on {Source} ({both}).",
            DefinitionEndState.OnBoth when OnSource.Active => $"VM '{VM}' was started on {Source} in that moment and runs there; {Destination} has its definition too ({both}).",
            DefinitionEndState.OnBoth => $"The definition of VM '{VM}' is on both {Source} and {Destination} ({both}).",
            DefinitionEndState.Nowhere => $"The definition of VM '{VM}' is on neither {Source} nor {Destination} ({both}).",
            _ => $"Where the definition of VM '{VM}' is cannot be said now ({both}).",
        };
    }
}
