using System.Management.Automation;
using VirtMigration.Evacuation;
using VirtMigration.Inventory;

namespace VirtMigration.Cmdlets.Commands;

/// <summary>Lists the hosts in maintenance, on their way there or back, or with a saved plan, with what is on them now. A host that does not
/// answer is listed with the reason.</summary>
[Cmdlet(VerbsCommon.Get, "VmHostMaintenance")]
[OutputType(typeof(VmHostMaintenance))]
public sealed class GetVmHostMaintenanceCommand : ClusterCmdlet
{
    /// <summary>The hosts by name, wildcards allowed; one that is in no maintenance writes nothing.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Name")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(Completion.HostCompleter))]
    public new string[]? Host { get; set; }

    /// <summary>Only the hosts of this cluster.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(Completion.ClusterCompleter))]
    public string? Cluster { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => ForOne(() =>
    {
        IReadOnlyList<HostRegistration>? hosts = Host is null && Cluster is null ? null : Hosts(Host, Cluster);
        WriteObject(Await(token => Session.MaintenanceLister.ListAsync(hosts, token)), enumerateCollection: true);
    });
}
