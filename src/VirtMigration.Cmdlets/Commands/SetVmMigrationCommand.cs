using System.Management.Automation;
using VirtMigration.Cmdlets.Conversion;
using VirtMigration.Execution;
using VirtMigration.Inventory;
using VirtMigration.Options;
using VirtMigration.Units;

namespace VirtMigration.Cmdlets.Commands;

/// <summary>Changes a migration while it runs, whoever started it: downtime limit, bandwidths, pause, post-copy.</summary>
[Cmdlet(VerbsCommon.Set, "VmMigration", SupportsShouldProcess = true)]
[OutputType(typeof(AdjustedMigration))]
public sealed class SetVmMigrationCommand : ClusterCmdlet
{
    private bool _yesToAll;
    private bool _noToAll;

    /// <summary>The VMs: objects, names or UUIDs.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(Completion.VmCompleter))]
    public VmReference[] VM { get; set; } = [];

    /// <summary>The downtime limit, with its unit: 1ms to 2000s.</summary>
    [Parameter]
    [DurationTransformation]
    public TimeSpan? MaxDowntime { get; set; }

    /// <summary>The most that may be sent in pre-copy, with its unit.</summary>
    [Parameter]
    [BandwidthTransformation]
    public Bandwidth? Bandwidth { get; set; }

    /// <summary>The most that may be sent in post-copy, with its unit.</summary>
    [Parameter]
    [BandwidthTransformation]
    public Bandwidth? PostCopyBandwidth { get; set; }

    /// <summary>The bandwidth QEMU may count on when it decides to switch over: None, Link, or a rate with its unit.</summary>
    [Parameter]
    [BandwidthChoiceTransformation]
    [ArgumentCompleter(typeof(Completion.BandwidthChoiceCompleter))]
    public BandwidthChoice? SwitchoverBandwidth { get; set; }

    /// <summary>Switches to post-copy: the guest runs on the destination from then on, and its memory follows.</summary>
    [Parameter]
    public SwitchParameter PostCopy { get; set; }

    /// <summary>Pauses the guest until the migration has ended.</summary>
    [Parameter]
    public SwitchParameter Suspend { get; set; }

    /// <summary>Switches to post-copy without asking.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Writes what was changed.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        MigrationAdjustment change = new()
        {
            MaxDowntime = MaxDowntime,
            Bandwidth = Bandwidth,
            PostCopyBandwidth = PostCopyBandwidth,
            SwitchoverBandwidth = SwitchoverBandwidth,
            PostCopy = PostCopy,
            Suspend = Suspend,
        };
        foreach (VmReference reference in VM)
        {
            ForOne(() => Set(reference, change));
        }
    }

    private void Set(VmReference reference, MigrationAdjustment change)
    {
        MigrationAdjuster.Check(change, reference.Name);
        VirtualMachine vm = Find(reference);
        ProposedAdjustment proposed = Await(token => Session.Adjuster.ProposeAsync(vm, change, token));
        Warn(proposed.Warnings);
        if (!ShouldProcess(proposed.ToString(), $"{proposed}?", "Set-VmMigration") || !AgreesToPostCopy(proposed))
        {
            return;
        }

        (AdjustedMigration done, VirtMigrationException? error) = Await(token => Session.Adjuster.ApplyAsync(proposed, token));
        if (PassThru)
        {
            WriteObject(done);
        }

        if (error is not null)
        {
            WriteError(ErrorRecords.From(error));
        }
    }

    // ConfirmImpact is of a whole cmdlet, and only this of all that it does is High. So the cmdlet is Medium, and the shell's rule for
    // High is followed here: it asks unless -Confirm or the preference below High has asked already, or either of them, or -Force, says
    // that nobody is to be asked.
    private bool AgreesToPostCopy(ProposedAdjustment proposed) =>
        !proposed.Change.PostCopy
        || Force
        || MyInvocation.BoundParameters.ContainsKey("Confirm")
        || !LanguagePrimitives.TryConvertTo(GetVariableValue("ConfirmPreference"), out ConfirmImpact preference)
        || preference != ConfirmImpact.High
        || ShouldContinue(
            $"{proposed}. The guest then runs on the destination while a part of its memory is still on the source: if a host or the network between them fails before the rest has followed, the guest is lost, and it cannot be stopped or switched back. Switch to post-copy?",
            "Set-VmMigration", ref _yesToAll, ref _noToAll);
}
