using System.Management.Automation;
using VirtMigration.Inventory;

namespace VirtMigration.Cmdlets.Commands;

/// <summary>Lists VMs: of all registered hosts, of some, or of a cluster.</summary>
[Cmdlet(VerbsCommon.Get, "VM")]
[OutputType(typeof(VirtualMachine))]
public sealed class GetVMCommand : ClusterCmdlet
{
    /// <summary>The VMs by name, wildcards allowed.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(Completion.VmCompleter))]
    public string[]? Name { get; set; }

    /// <summary>Only the VMs of these hosts, wildcards allowed.</summary>
    // It hides PSCmdlet.Host on purpose: the name that operators type comes first, and base.Host is still there.
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("VMHost")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(Completion.HostCompleter))]
    public new string[]? Host { get; set; }

    /// <summary>Only the VMs of this cluster's hosts.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(Completion.ClusterCompleter))]
    public string? Cluster { get; set; }

    /// <summary>Only the VMs in these states.</summary>
    [Parameter]
    public VmPowerState[]? State { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => ForOne(() =>
    {
        IReadOnlyList<HostRegistration> hosts = Hosts(Host, Cluster);
        (IReadOnlyList<VirtualMachine> all, IReadOnlyList<HypervisorException> errors) = Await(token => Session.Inventory.ListAsync(hosts, token));
        foreach (HypervisorException error in errors)
        {
            WriteError(ErrorRecords.From(error));
        }

        foreach (VirtualMachine vm in all)
        {
            if ((Name is null || Name.Any(name => Matches(name, vm.Name))) && (State is null || State.Contains(vm.State)))
            {
                WriteObject(vm);
            }
        }

        SayWhatIsMissing(all, hosts);
    });

    private void SayWhatIsMissing(IReadOnlyList<VirtualMachine> all, IReadOnlyList<HostRegistration> hosts)
    {
        foreach (string name in Name ?? [])
        {
            if (!WildcardPattern.ContainsWildcardCharacters(name) && !all.Any(vm => Matches(name, vm.Name)))
            {
                string place = Host is null && Cluster is null ? string.Empty : $" on {string.Join(", ", hosts.Select(host => host.Name))}";
                WriteError(ErrorRecords.From(new UnknownNameException("VmNotFound", "VM", name, all.Select(vm => vm.Name), "Get-VM", place)));
            }
        }
    }
}
