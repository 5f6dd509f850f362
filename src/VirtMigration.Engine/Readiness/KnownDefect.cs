using VirtMigration.Inventory;
using VirtMigration.Placement;

namespace VirtMigration.Readiness;

/// <summary>Something that releases are known to do wrong.</summary>
/// <param name="Id">Stable identifier.</param>
/// <param name="Software">Whose releases: <c>libvirt</c> or <c>QEMU</c>.</param>
/// <param name="From">The first release of which it is known.</param>
/// <param name="Before">The first release of which it is not.</param>
/// <param name="Severity">How grave it is for those who go by this product.</param>
/// <param name="What">What it does.</param>
/// <param name="Action">The way out.</param>
internal sealed record KnownDefect(string Id, string Software, Version From, Version Before, FindingSeverity Severity, string What, string Action)
{
    public const string Libvirt = "libvirt";
    public const string Qemu = "QEMU";

    /// <summary>The host's release where it is one of those; else null.</summary>
    public Version? On(HostFacts facts) =>
        (Software == Libvirt ? facts.LibvirtVersion : facts.HypervisorVersion) is Version present && present >= From && present < Before ? present : null;
}
