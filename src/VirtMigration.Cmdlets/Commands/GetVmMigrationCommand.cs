using System.Management.Automation;
using VirtMigration.Execution;
using VirtMigration.Inventory;

namespace VirtMigration.Cmdlets.Commands;

/// <summary>Lists the migrations under way, whoever started them, with who drives them, and those that wait in this process.</summary>
[Cmdlet(VerbsCommon.Get, "VmMigration")]
[OutputType(typeof(VmMigration))]
public sealed class GetVmMigrationCommand : ClusterCmdlet
{
    /// <summary>Only the migrations of these VMs, wildcards allowed.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(Completion.VmCompleter))]
    public string[]? VM { get; set; }

    /// <summary>Only those that these hosts take part in, wildcards allowed.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(Completion.HostCompleter))]
    public new string[]? Host { get; set; }

    /// <summary>Only those of this cluster's hosts.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(Completion.ClusterCompleter))]
    public string? Cluster { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => ForOne(() =>
    {
        IReadOnlyList<HostRegistration> hosts = Hosts(null, Cluster);
        HashSet<string> wanted = [.. Hosts(Host, Cluster).Select(host => host.Name)];
        (IReadOnlyList<VmMigration> all, IReadOnlyList<HypervisorException> errors) = Await(token => Session.Lister.ListAsync(hosts, token));
        foreach (HypervisorException error in errors)
        {
            WriteError(ErrorRecords.From(error));
        }

        WriteObject(
            all.Concat(Session.Queues.Queued()).Where(one => (VM is null || VM.Any(name => Matches(name, one.VM)))
                && (wanted.Contains(one.Source ?? string.Empty) || wanted.Contains(one.Destination ?? string.Empty))),
            enumerateCollection: true);
    });
}
