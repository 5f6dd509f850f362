namespace VirtMigration.Readiness;

/// <summary>What the host's versions cannot do. A plan leaves it out by itself, and says so.</summary>
public sealed class TechniqueCheck : IHostCheck
{
    /// <inheritdoc/>
    public IEnumerable<HostFinding> Check(HostSubject subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        IReadOnlyList<string> missing = Techniques.Missing(gate => gate.MissingOn(subject.Host));
        return missing.Count == 0
            ? []
            : [subject.Info("TechniquesMissing", "every technique, to use what is asked for as it is asked for", $"does without {missing.Count}: {string.Join("; ", missing)}",
                "Plans leave out what is missing and say so (Get-VmMigrationPlan). To have it, update the host.")];
    }
}
