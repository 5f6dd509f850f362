namespace VirtMigration.Planning;

/// <summary>Where the definition is kept afterwards.</summary>
internal static class PersistenceRule
{
    public static MigrationTechniques Apply(PlanContext context)
    {
        MigrationRequest request = context.Request;
        if (!request.Vm.Persistent)
        {
            context.Record("Persistence", "transient", SettingOrigin.Vm, "transient", "the VM is transient and stays so");
            return MigrationTechniques.None;
        }

        context.Record("Persistence", "moved", SettingOrigin.Vm, "moved",
            $"the definition is kept on {request.Destination.Name} and removed from {request.Source.Name}, where it could start a second copy");
        return MigrationTechniques.PersistDestination | MigrationTechniques.UndefineSource;
    }
}
