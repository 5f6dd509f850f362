namespace VirtMigration.Readiness;

/// <summary>What the two hosts cannot do together: a technique is had only where both have it.</summary>
public sealed class TechniquePairCheck : IPairCheck
{
    /// <inheritdoc/>
    public IEnumerable<HostFinding> Check(HostPair pair)
    {
        ArgumentNullException.ThrowIfNull(pair);
        IReadOnlyList<string> missing = Techniques.Missing(gate => gate.Missing(pair.Source.Host, pair.Destination.Host));
        return missing.Count == 0
            ? []
            : [pair.Info("TechniquesMissing", "every technique on both hosts, to use what is asked for as it is asked for", $"they do without {missing.Count}: {string.Join("; ", missing)}",
                "Plans leave out what is missing and say so (Get-VmMigrationPlan). To have it, update the hosts named.")];
    }
}
