using VirtMigration.Options;
using VirtMigration.Units;

namespace VirtMigration.Planning;

/// <summary>Whether memory is sent without being copied into the kernel. Whatever excludes it, the migration proceeds without.</summary>
internal static class ZeroCopyRule
{
    public static MigrationTechniques Apply(PlanContext context, int? connections, bool encrypted, CompressionMethod compression)
    {
        if (!context.Policy.ZeroCopy)
        {
            context.Record("ZeroCopy", asked: false, SettingOrigin.Policy, taken: false, $"policy {context.Policy.Name} does not use it");
            return MigrationTechniques.None;
        }

        string? hindrance = Hindrance(context, connections, encrypted, compression);
        context.Record("ZeroCopy", asked: true, SettingOrigin.Policy, hindrance is null,
            hindrance ?? "both hosts have it; QEMU locks the guest's memory for the time of the migration");
        if (hindrance is not null)
        {
            context.Warn($"zero-copy is off although policy {context.Policy.Name} uses it: {hindrance}");
        }

        return hindrance is null ? MigrationTechniques.ZeroCopy : MigrationTechniques.None;
    }

    private static string? Hindrance(PlanContext context, int? connections, bool encrypted, CompressionMethod compression) =>
        connections is null ? "it needs parallel connections, and there are none"
        : encrypted ? "encrypted memory has to be copied"
        : compression != CompressionMethod.None ? $"memory compressed by {compression} has to be copied"
        : context.Missing(VersionGates.ZeroCopy)
            ?? (context.Request.Definition.MemoryHardLimit is ByteSize limit && limit < context.Request.Definition.Memory
                ? $"all guest memory ({context.Request.Definition.Memory}) must be locked, but memtune/hard_limit allows {limit}"
                : null);
}
