namespace VirtMigration.Placement;

/// <summary>What a VM's pins become on another host.</summary>
public sealed record PinRemapping
{
    /// <summary>That of a VM without pins.</summary>
    internal static PinRemapping Nothing { get; } = new() { Verdict = PinRemappingVerdict.Kept, Before = PinLayout.None, After = PinLayout.None };

    /// <summary>Whether and how they can be had there.</summary>
    public required PinRemappingVerdict Verdict { get; init; }

    /// <summary>The pins on the source.</summary>
    public required PinLayout Before { get; init; }

    /// <summary>The pins there; those of the source unless the verdict is <see cref="PinRemappingVerdict.Remapped"/>.</summary>
    public required PinLayout After { get; init; }

    /// <summary>Why pins change, or cannot: a short text each, without a full stop (<c>CPU 12 is not there</c>).</summary>
    public IReadOnlyList<string> Reasons { get; init; } = Array.Empty<string>();

    /// <summary>What is less good there than on the source although it fits, a short text each (<c>vCPUs 0 and 1 share a core</c>).</summary>
    public IReadOnlyList<string> Losses { get; init; } = Array.Empty<string>();
}
