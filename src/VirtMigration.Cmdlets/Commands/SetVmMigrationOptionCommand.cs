using System.Management.Automation;
using VirtMigration.Cmdlets.Conversion;
using VirtMigration.Execution;
using VirtMigration.Inventory;
using VirtMigration.Options;

namespace VirtMigration.Cmdlets.Commands;

/// <summary>Changes what VMs state for their own migrations. ClusterValue takes an option back.</summary>
[Cmdlet(VerbsCommon.Set, "VmMigrationOption", SupportsShouldProcess = true)]
[OutputType(typeof(VmMigrationOption))]
public sealed class SetVmMigrationOptionCommand : OptionCmdlet
{
    /// <summary>The VMs: objects from Get-VM, names or UUIDs.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(Completion.VmCompleter))]
    public VmReference[] VM { get; set; } = [];

    /// <summary>The downtime allowed at the start, with its unit.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [DurationWordTransformation]
    public string? MaxDowntime { get; set; }

    /// <summary>Takes back everything that the VM states, before the other parameters are set.</summary>
    [Parameter]
    public SwitchParameter Clear { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (VmReference reference in VM)
        {
            ForOne(() => Set(Find(reference)));
        }
    }

    private void Set(VirtualMachine vm)
    {
        Func<VmMigrationOptions, VmMigrationOptions> typed = OptionEdit.OfVm(Typed(
            nameof(Policy), nameof(ParallelConnections), nameof(MaxParallelConnections), nameof(MigrationBandwidth), nameof(SwitchoverBandwidth),
            nameof(Encryption), nameof(MaxDowntime)));
        Func<VmMigrationOptions, VmMigrationOptions> change = Clear ? _ => typed(VmMigrationOptions.Empty) : typed;
        OptionChange proposed = Await(token => Session.Options.ProposeAsync(vm, change, token));
        Warn(proposed.Warnings);
        if (!ShouldProcess(proposed.ToString(), $"{proposed}?", "Set-VmMigrationOption"))
        {
            return;
        }

        VmMigrationOption changed = Await(token => Session.Options.ApplyAsync(vm, change, token));
        if (PassThru)
        {
            WriteObject(changed);
        }
    }
}
