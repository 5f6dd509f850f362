using System.Management.Automation;
using VirtMigration.Inventory;

namespace VirtMigration.Cmdlets.Commands;

/// <summary>Lists the registered hosts with what they say about themselves. A host that does not answer is listed with the reason.</summary>
[Cmdlet(VerbsCommon.Get, "VmHost")]
[OutputType(typeof(VmHost))]
public sealed class GetVmHostCommand : ClusterCmdlet
{
    /// <summary>The hosts by name, wildcards allowed.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(Completion.HostCompleter))]
    public string[]? Name { get; set; }

    /// <summary>Only the hosts of this cluster.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(Completion.ClusterCompleter))]
    public string? Cluster { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => ForOne(() =>
    {
        IReadOnlyList<HostRegistration> hosts = Hosts(Name, Cluster);
        WriteObject(Await(token => Session.Inventory.DescribeAsync(hosts, token)), enumerateCollection: true);
    });
}
