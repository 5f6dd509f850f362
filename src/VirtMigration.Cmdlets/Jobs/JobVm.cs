using VirtMigration.Planning;

namespace VirtMigration.Cmdlets.Jobs;

/// <summary>A VM that gets a child job.</summary>
/// <param name="Uuid">Its UUID.</param>
/// <param name="Name">Its name.</param>
/// <param name="Source">The host it is on.</param>
/// <param name="Destination">The host it is to go to; null: none is known.</param>
internal sealed record JobVm(Guid Uuid, string Name, string Source, string? Destination)
{
    /// <summary>The VM of a plan.</summary>
    /// <param name="plan">The plan.</param>
    public static JobVm Of(MigrationPlan plan) => new(plan.Uuid, plan.VM, plan.Source, plan.Destination);

    /// <summary>The hosts: <c>h1 -> h2</c>.</summary>
    public string Location => Destination is null ? Source : $"{Source} -> {Destination}";
}
