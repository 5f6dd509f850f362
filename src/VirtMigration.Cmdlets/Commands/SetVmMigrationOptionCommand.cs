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

    /// <summary>Whether pins are rewritten where they do not fit the destination.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? RemapPins { get; set; }

    /// <summary>Who may migrate it: ManualAndAutomatic, ManualOnly (a person who asks for it) or NotMigratable (nobody).</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(Completion.MigrationModeCompleter))]
    public string? MigrationMode { get; set; }

    /// <summary>When it leaves a host that is emptied: High, Medium (the default) or Low.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(Completion.MigrationPriorityCompleter))]
    public string? MigrationPriority { get; set; }

    /// <summary>Whether it is a high-performance VM, which is migrated only when a person asks for it, as a pinned one is.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? HighPerformance { get; set; }

    /// <summary>The only hosts that it may be on.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(Completion.HostCompleter))]
    public string[]? AssignedHosts { get; set; }

    /// <summary>The hosts that it must not be on.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(Completion.HostCompleter))]
    public string[]? ExcludedHosts { get; set; }

    /// <summary>The hosts that it should rather be on.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(Completion.HostCompleter))]
    public string[]? PreferredHosts { get; set; }

    /// <summary>The hosts that it should rather not be on.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(Completion.HostCompleter))]
    public string[]? AvoidedHosts { get; set; }

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
            nameof(Encryption), nameof(MaxDowntime), nameof(RemapPins), nameof(GuestNotice), nameof(MigrationMode), nameof(MigrationPriority),
            nameof(HighPerformance), nameof(AssignedHosts), nameof(ExcludedHosts), nameof(PreferredHosts), nameof(AvoidedHosts)));
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
