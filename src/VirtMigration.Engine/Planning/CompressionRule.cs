using System.Numerics;
using VirtMigration.Options;
using VirtMigration.Units;

namespace VirtMigration.Planning;

/// <summary>How memory is compressed, and with what cache.</summary>
internal static class CompressionRule
{
    // QEMU takes no cache below a page (migration/options.c), and x86's page is 4 KiB.
    private const long LeastCache = 4096;

    // At and above it sending is cheaper than compressing: in the QEMU guestperf study of 2016 compression made migrations longer and
    // guests slower at 1 and 10 Gbps.
    private static readonly Bandwidth s_fastLink = Bandwidth.FromMegabitsPerSecond(1000);

    public static CompressionPlan Apply(PlanContext context, int? connections, Bandwidth? known)
    {
        (CompressionMethod asked, SettingOrigin origin) = context.Asked.Compression;
        if (asked == CompressionMethod.None)
        {
            context.Record("Compression", "None", origin, "None", context.Whose(origin));
            return default;
        }

        string? hindrance = Hindrance(context, asked, connections);
        ByteSize? cache = null;
        if (hindrance is null && asked == CompressionMethod.Xbzrle && context.Policy.XbzrleCacheShare is int share)
        {
            cache = CacheOf(context.Request.Definition.Memory, share);
            if (context.Request.Source.Facts.AvailableMemory is ByteSize available && available < cache)
            {
                hindrance = $"its cache of {cache} ({share} % of the guest's memory) does not fit into the {available} available on {context.Request.Source.Name}";
                cache = null;
            }
        }

        if (hindrance is not null)
        {
            context.Record("Compression", $"{asked}", origin, "None", hindrance);
            if (origin == SettingOrigin.Parameter)
            {
                context.Warn($"{asked} compression is off although it was asked for: {hindrance}");
            }

            return default;
        }

        bool believable = known < s_fastLink;
        string doubt = believable ? string.Empty : "; on a fast link compression was found to do harm";
        context.Record("Compression", $"{asked}", origin, $"{asked}", $"{context.Whose(origin)}{(cache is null ? string.Empty : $", with a cache of {cache}")}{doubt}");
        if (!believable && !context.Policy.BuiltIn | origin == SettingOrigin.Parameter)
        {
            context.Warn($"{asked} compression is on at a bandwidth of {BandwidthRule.Describe(known)}: from 1 Gbps on it was found to make migrations longer and guests slower");
        }

        return new(asked, cache);
    }

    private static string? Hindrance(PlanContext context, CompressionMethod asked, int? connections) => asked switch
    {
        CompressionMethod.Xbzrle or CompressionMethod.MultiThread when connections is not null => $"{asked} compression and parallel connections exclude each other",
        CompressionMethod.MultiThread => context.Missing(VersionGates.MultiThreadCompression),
        CompressionMethod.Zlib or CompressionMethod.Zstd when connections is null => $"{asked} compresses parallel connections, and there are none",
        CompressionMethod.Zlib or CompressionMethod.Zstd => context.Missing(VersionGates.ParallelCompression),
        _ => null,
    };

    // QEMU wants a power of two: rounded down, so that the share that was stated is not exceeded.
    private static ByteSize CacheOf(ByteSize memory, int share)
    {
        long wanted = Math.Max(LeastCache, (long)((Int128)memory.Bytes * share / 100));
        return new(1L << BitOperations.Log2((ulong)wanted));
    }
}
