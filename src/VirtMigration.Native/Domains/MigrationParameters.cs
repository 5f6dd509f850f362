using VirtMigration.Native.Handles;
using VirtMigration.Native.Interop;
using VirtMigration.Options;
using VirtMigration.Planning;
using VirtMigration.Units;

namespace VirtMigration.Native.Domains;

/// <summary>A plan's settings as libvirt's typed parameters (VIR_MIGRATE_PARAM_*, libvirt-domain.h).</summary>
internal static class MigrationParameters
{
    /// <summary>The parameters of a transfer; what is not set is left out, and so is left to the hosts' own configuration.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="xml">The definitions on the destination; null: those on the source.</param>
    public static TypedParameters Build(TransferSettings settings, DestinationXml? xml = null)
    {
        TypedParameters parameters = new();
        parameters.Add(Libvirt.MigrateBandwidth, (ulong)settings.Bandwidth.ToMebibytesPerSecond());
        if (settings.MigrationUri is { } uri)
        {
            parameters.Add(Libvirt.MigrateUri, uri);
        }

        if (xml is not null)
        {
            parameters.Add(Libvirt.MigrateDestinationXml, xml.Running);
            AddStored(parameters, xml);
        }

        if (settings.ParallelConnections is { } connections)
        {
            parameters.Add(Libvirt.MigrateParallelConnections, connections);
        }

        if (settings.SwitchoverBandwidth is { } switchover)
        {
            parameters.Add(Libvirt.MigrateSwitchoverBandwidth, WholeMebibytes(switchover));
        }

        if (settings.PostCopyBandwidth is { } postCopy)
        {
            parameters.Add(Libvirt.MigratePostCopyBandwidth, (ulong)postCopy.ToMebibytesPerSecond());
        }

        AddCompression(parameters, settings);
        AddAutoConverge(parameters, settings);
        if (settings.Uses(MigrationTechniques.Tls) && settings.TlsDestination is { } name)
        {
            parameters.Add(Libvirt.MigrateTlsDestination, name);
        }

        return parameters;
    }

    private static void AddStored(TypedParameters parameters, DestinationXml xml)
    {
        if (xml.Stored is { } stored)
        {
            parameters.Add(Libvirt.MigratePersistentXml, stored);
        }
    }

    // libvirt refuses the tuning of what is not switched on (code 8, "Turn ... on to tune it").
    private static void AddCompression(TypedParameters parameters, TransferSettings settings)
    {
        if (!settings.Uses(MigrationTechniques.Compressed) || Method(settings.Compression) is not { } method)
        {
            return;
        }

        parameters.Add(Libvirt.MigrateCompression, method);
        if (settings is { Compression: CompressionMethod.Xbzrle, XbzrleCache: { } cache })
        {
            parameters.Add(Libvirt.MigrateXbzrleCache, (ulong)cache.Bytes);
        }
    }

    private static void AddAutoConverge(TypedParameters parameters, TransferSettings settings)
    {
        if (!settings.Uses(MigrationTechniques.AutoConverge))
        {
            return;
        }

        if (settings.AutoConvergeInitial is { } initial)
        {
            parameters.Add(Libvirt.MigrateAutoConvergeInitial, initial);
        }

        if (settings.AutoConvergeIncrement is { } increment)
        {
            parameters.Add(Libvirt.MigrateAutoConvergeIncrement, increment);
        }
    }

    // libvirt's own names (qemuMigrationCompressMethod, qemu_migration_params.c).
    private static string? Method(CompressionMethod method) => method switch
    {
        CompressionMethod.Xbzrle => "xbzrle",
        CompressionMethod.MultiThread => "mt",
        CompressionMethod.Zlib => "zlib",
        CompressionMethod.Zstd => "zstd",
        _ => null,
    };

    // Rounded down, so that QEMU counts on no more than there is; but 0 would be "not stated".
    private static ulong WholeMebibytes(Bandwidth bandwidth) => (ulong)Math.Max(1, bandwidth.BitsPerSecond / 8 / 1024 / 1024);
}
