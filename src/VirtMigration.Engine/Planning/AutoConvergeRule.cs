namespace VirtMigration.Planning;

/// <summary>Whether QEMU may slow the vCPUs down.</summary>
internal static class AutoConvergeRule
{
    public static MigrationTechniques Apply(PlanContext context)
    {
        Policies.MigrationPolicy policy = context.Policy;
        string how = (policy.AutoConvergeInitial, policy.AutoConvergeIncrement) switch
        {
            (null, null) => string.Empty,
            (int initial, null) => $", first by {initial} %",
            (null, int increment) => $", each time by {increment} % more",
            (int initial, int increment) => $", first by {initial} %, each time by {increment} % more",
        };
        context.Record("AutoConverge", policy.AutoConverge, SettingOrigin.Policy, policy.AutoConverge, $"policy {policy.Name}{how}");
        return policy.AutoConverge ? MigrationTechniques.AutoConverge : MigrationTechniques.None;
    }
}
