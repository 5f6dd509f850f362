using System.Text.RegularExpressions;

namespace VirtMigration.Readiness;

/// <summary>A machine type with its family and version, <c>pc-q35-7.2</c> or <c>pc-q35-rhel9.4.0</c>.</summary>
/// <param name="Name">The name.</param>
/// <param name="Family">The name without its version.</param>
/// <param name="Version">The version.</param>
internal sealed partial record MachineType(string Name, string Family, Version Version)
{
    // What VMs are made of, the usual one first: x86, ARM and RISC-V, POWER, Z.
    private static readonly IReadOnlyList<string> s_families = ["pc-q35", "pc-q35-rhel", "virt", "virt-rhel", "pseries", "pseries-rhel", "s390-ccw-virtio", "s390-ccw-virtio-rhel", "pc-i440fx", "pc-i440fx-rhel"];

    /// <summary>The newest of each usual family, of the types that both hosts know; an alias and a type without a version is none.</summary>
    /// <param name="source">The types of the one.</param>
    /// <param name="destination">The types of the other.</param>
    public static IReadOnlyList<MachineType> NewestInCommon(IReadOnlySet<string> source, IReadOnlySet<string> destination) =>
    [
        .. Read(source.Where(destination.Contains))
            .GroupBy(type => type.Family)
            .OrderBy(family => s_families.ToList().IndexOf(family.Key))
            .Select(family => family.MaxBy(type => type.Version)!),
    ];

    /// <summary>The one that a probe is made with: what the newest VMs that can go there have. Null: they tell none in common.</summary>
    /// <param name="source">The types of the one.</param>
    /// <param name="destination">The types of the other.</param>
    public static string? ForProbe(IReadOnlySet<string> source, IReadOnlySet<string> destination) => NewestInCommon(source, destination) is [MachineType first, ..] ? first.Name : null;

    /// <summary>The types of the usual families among some names.</summary>
    /// <param name="names">The names.</param>
    public static IEnumerable<MachineType> Read(IEnumerable<string> names) => names.Select(Parse).OfType<MachineType>().Where(type => s_families.Contains(type.Family));

    private static MachineType? Parse(string name)
    {
        Match match = Versioned().Match(name);
        return match.Success && Version.TryParse(match.Groups["version"].Value, out Version? version)
            ? new(name, match.Groups["family"].Value, version)
            : null;
    }

    [GeneratedRegex(@"^(?<family>.+?)-?(?<version>[0-9]+(\.[0-9]+){1,2})$", RegexOptions.ExplicitCapture)]
    private static partial Regex Versioned();
}
