namespace VirtMigration.Planning;

/// <summary>How many migrations may use the two hosts at a time.</summary>
internal static class ConcurrencyRule
{
    public static int Apply(PlanContext context, int? connections)
    {
        (int asked, SettingOrigin origin) = context.Asked.MaxConcurrent;
        int taken = connections is null ? asked : 1;
        context.Record("Concurrency", $"{asked}", origin, $"{taken}",
            connections is null ? $"{context.Whose(origin)}: migrations at a time out of the source and into the destination" : "a parallel migration has both hosts for itself");
        return taken;
    }
}
