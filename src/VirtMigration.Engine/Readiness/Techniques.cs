using VirtMigration.Planning;

namespace VirtMigration.Readiness;

/// <summary>The techniques that depend on versions, and what of them is not to be had.</summary>
internal static class Techniques
{
    private static readonly IReadOnlyList<VersionGate> s_gates =
    [
        VersionGates.Parallel,
        VersionGates.ZeroCopy,
        VersionGates.ParallelCompression,
        VersionGates.MultiThreadCompression,
        VersionGates.PostCopy,
        VersionGates.ParallelPostCopy,
        VersionGates.Tls,
        VersionGates.TlsDestination,
    ];

    /// <summary>Why each technique that is missing is.</summary>
    /// <param name="missing">Says of one technique why; null: it is there.</param>
    public static IReadOnlyList<string> Missing(Func<VersionGate, string?> missing)
    {
        // Where a daemon cannot be told with the transfer, QEMU's monitor can.
        string? switchover = missing(VersionGates.SwitchoverMonitor) ?? missing(VersionGates.SwitchoverParameter);
        return [.. s_gates.Select(missing).Append(switchover).OfType<string>()];
    }
}
