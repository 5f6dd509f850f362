namespace VirtMigration.Inventory;

/// <summary>What one host says about one VM, asked by UUID after a migration ended.</summary>
public sealed record VmObservation
{
    /// <summary>The host that was asked.</summary>
    public required string Host { get; init; }

    /// <summary>Whether the host answered at all. If not, nothing is known of the VM there.</summary>
    public required bool Answered { get; init; }

    /// <summary>Why it did not answer; null if it did.</summary>
    public string? Error { get; init; }

    /// <summary>Whether the host knows the VM, running or not.</summary>
    public bool Present { get; init; }

    /// <summary>Its state there.</summary>
    public VmPowerState State { get; init; }

    /// <summary>Why it is in that state.</summary>
    public VmStateReason Reason { get; init; }

    /// <summary>Whether a QEMU process holds it there (running or paused).</summary>
    public bool Active { get; init; }

    /// <summary>Whether the host keeps its definition.</summary>
    public bool Persistent { get; init; }

    /// <summary>Whether a migration job of the VM is still under way there.</summary>
    public bool JobRunning { get; init; }

    /// <summary>An observation of a host that did not answer.</summary>
    /// <param name="host">The host.</param>
    /// <param name="error">Why.</param>
    public static VmObservation NoAnswer(string host, string error) => new() { Host = host, Answered = false, Error = error };

    /// <summary>In words: <c>h1: running, persistent</c>.</summary>
    public override string ToString() => this switch
    {
        { Answered: false } => $"{Host}: no answer ({Error})",
        { Present: false } => $"{Host}: does not have it",
        _ => $"{Host}: {State}{(Reason == VmStateReason.Other ? string.Empty : $" ({Reason})")}, {(Persistent ? "persistent" : "transient")}",
    };
}
