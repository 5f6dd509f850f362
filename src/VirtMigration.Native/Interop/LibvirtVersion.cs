namespace VirtMigration.Native.Interop;

/// <summary>libvirt's way to write a version in one number: major * 1,000,000 + minor * 1,000 + release (libvirt-host.h).</summary>
internal static class LibvirtVersion
{
    /// <summary>The version that a number stands for.</summary>
    /// <param name="number">The number.</param>
    public static Version FromNumber(nuint number) =>
        new((int)(number / 1_000_000), (int)(number / 1_000 % 1_000), (int)(number % 1_000));
}
