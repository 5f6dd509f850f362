namespace VirtMigration.Execution;

/// <summary>Whether a VM whose turn it is may start.</summary>
internal sealed record StartVerdict
{
    /// <summary>Nothing hinders it.</summary>
    public static readonly StartVerdict May = new();

    /// <summary>Why it is not going to be started; null: it is.</summary>
    public VirtMigrationException? Error { get; init; }

    /// <summary>What it waits for, in words; null: nothing.</summary>
    public string? Hindrance { get; init; }

    /// <summary>Whether it waits behind another that waits, and not for slots.</summary>
    public bool Behind { get; init; }

    /// <summary>Whether what it waits for is over within a moment: another shell's start.</summary>
    public bool Brief { get; init; }

    /// <summary>Its part in the slot locks; null: none were asked for, or it may not start.</summary>
    public StartShare? Share { get; init; }

    /// <summary>What belongs into its result; null: nothing.</summary>
    public string? Notice { get; init; }
}
