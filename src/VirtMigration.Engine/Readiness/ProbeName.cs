namespace VirtMigration.Readiness;

/// <summary>The names of the VMs that the product starts itself to try a way. By name and UUID together it knows them again, and no
/// other VM.</summary>
public static class ProbeName
{
    private const string Prefix = "virtmigration-probe-";

    /// <summary>The name of a probe.</summary>
    /// <param name="uuid">Its UUID.</param>
    public static string Of(Guid uuid) => $"{Prefix}{uuid}";

    /// <summary>Whether a VM is a probe: its name is the one of its UUID.</summary>
    /// <param name="name">The VM's name.</param>
    /// <param name="uuid">Its UUID.</param>
    public static bool Is(string name, Guid uuid) => string.Equals(name, Of(uuid), StringComparison.Ordinal);
}
