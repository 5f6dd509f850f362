using System.Management.Automation;
using VirtMigration.Inventory;

namespace VirtMigration.Cmdlets;

/// <summary>A cmdlet that names hosts and VMs.</summary>
public abstract class ClusterCmdlet : CancellableCmdlet
{
    /// <summary>Whether a name matches what the operator typed, wildcards and all, without regard to case.</summary>
    /// <param name="pattern">What was typed.</param>
    /// <param name="name">The name.</param>
    protected static bool Matches(string pattern, string name) =>
        new WildcardPattern(pattern, WildcardOptions.IgnoreCase).IsMatch(name);

    /// <summary>The VM that a reference means.</summary>
    /// <param name="reference">The reference.</param>
    protected VirtualMachine Find(VmReference reference)
    {
        ArgumentNullException.ThrowIfNull(reference);
        return Await(token => Session.Inventory.FindAsync(reference, name => Matches(reference.Name, name), token));
    }

    /// <summary>The hosts that are meant: those named, those of a cluster, or all.</summary>
    /// <param name="names">Names, wildcards allowed; null: any.</param>
    /// <param name="cluster">A cluster; null: any.</param>
    protected static IReadOnlyList<HostRegistration> Hosts(string[]? names, string? cluster)
    {
        IReadOnlyList<HostRegistration> all = cluster is null ? Session.Inventory.RequireHosts() : Session.Registry.OfCluster(cluster);
        if (names is null)
        {
            return all;
        }

        List<HostRegistration> found = [];
        foreach (string name in names)
        {
            List<HostRegistration> its = [.. all.Where(host => Matches(name, host.Name))];
            if (its.Count == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
            {
                throw new UnknownNameException("HostNotFound", "host", name, all.Select(host => host.Name), "Get-VmHost",
                    cluster is null ? string.Empty : $" in cluster '{cluster}'");
            }

            found.AddRange(its);
        }

        return [.. found.Distinct()];
    }

    /// <summary>Says what should be known before a change is made.</summary>
    /// <param name="warnings">The warnings.</param>
    protected void Warn(IEnumerable<string> warnings)
    {
        ArgumentNullException.ThrowIfNull(warnings);
        foreach (string warning in warnings)
        {
            WriteWarning($"{char.ToUpperInvariant(warning[0])}{warning[1..].TrimEnd('.')}.");
        }
    }
}
