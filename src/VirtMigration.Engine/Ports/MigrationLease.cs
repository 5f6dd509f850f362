namespace VirtMigration.Ports;

/// <summary>Whose hands a VM's migration is in. Who does not hold it only observes.</summary>
public sealed record MigrationLease
{
    /// <summary>The VM's UUID.</summary>
    public required Guid Vm { get; init; }

    /// <summary>The VM's name.</summary>
    public required string VmName { get; init; }

    /// <summary>Which holding this is: each one has an id of its own.</summary>
    public required Guid Id { get; init; }

    /// <summary>The user, as <c>alice@ops1</c>.</summary>
    public required string Operator { get; init; }

    /// <summary>The shell that steers.</summary>
    public required ShellProcess Shell { get; init; }

    /// <summary>The policy by name.</summary>
    public required string Policy { get; init; }

    /// <summary>When, by the holder's clock: it is shown, and nothing is worked out from it.</summary>
    public required DateTimeOffset TakenAt { get; init; }

    /// <summary>Who steered before, as <c>alice@ops1, process 4711 on ops1</c>; null: the holder started the migration.</summary>
    public string? TakenOverFrom { get; init; }

    /// <summary>How often it was renewed: it grows as long as the holder lives.</summary>
    public long Renewal { get; init; }

    /// <summary>In words: <c>alice@ops1, process 4711 on ops1</c>.</summary>
    public override string ToString() => $"{Operator}, {Shell}";

    /// <summary>Whether it is the same holding, unchanged.</summary>
    /// <param name="other">The other; null: none.</param>
    public bool IsUnchanged(MigrationLease? other) => other is not null && other.Id == Id && other.Renewal == Renewal;
}
