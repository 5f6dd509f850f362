using VirtMigration.Native.Handles;
using VirtMigration.Native.Interop;
using VirtMigration.Planning;

namespace VirtMigration.Native.Domains;

/// <summary>A plan's settings as libvirt's typed parameters (VIR_MIGRATE_PARAM_*, libvirt-domain.h).</summary>
internal static class MigrationParameters
{
    /// <summary>The parameters of a transfer; what is not set is left out, and so is left to the hosts' own configuration.</summary>
    /// <param name="settings">The settings.</param>
    public static TypedParameters Build(TransferSettings settings)
    {
        TypedParameters parameters = new();
        parameters.Add(Libvirt.MigrateBandwidth, (ulong)settings.Bandwidth.ToMebibytesPerSecond());
        if (settings.MigrationUri is { } uri)
        {
            parameters.Add(Libvirt.MigrateUri, uri);
        }

        if (settings.ParallelConnections is { } connections)
        {
            parameters.Add(Libvirt.MigrateParallelConnections, connections);
        }

        return parameters;
    }
}
