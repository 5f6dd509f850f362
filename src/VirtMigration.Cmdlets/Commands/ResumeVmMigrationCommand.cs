using System.Management.Automation;
using VirtMigration.Execution;
using VirtMigration.Inventory;

namespace VirtMigration.Cmdlets.Commands;

/// <summary>Recovers migrations that broke in post-copy, whoever started them, and says of each where the VM is when it ended.</summary>
[Cmdlet(VerbsLifecycle.Resume, "VmMigration", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(MigrationResult))]
public sealed class ResumeVmMigrationCommand : ClusterCmdlet
{
    /// <summary>The VMs: objects, names or UUIDs.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(Completion.VmCompleter))]
    public VmReference[] VM { get; set; } = [];

    /// <summary>Keeps the definition on the source, or with <c>:$false</c> removes it there.</summary>
    [Parameter]
    public SwitchParameter KeepSourceDefinition { get; set; }

    /// <summary>Also where the destination's libvirt is known to crash over it.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (VmReference reference in VM)
        {
            ForOne(() => Resume(reference));
        }
    }

    private void Resume(VmReference reference)
    {
        VirtualMachine vm = Find(reference);
        ResumeRequest request = new()
        {
            Force = Force,
            KeepSourceDefinition = MyInvocation.BoundParameters.ContainsKey(nameof(KeepSourceDefinition)) ? KeepSourceDefinition.IsPresent : null,
        };
        ProposedResume proposed = Await(token => Session.Resumer.ProposeAsync(vm, request, token));
        Warn(proposed.Warnings);
        if (ShouldProcess(proposed.ToString(), $"{proposed}?", "Resume-VmMigration"))
        {
            using ResumeSession session = new(this, proposed, StopToken);
            session.Run();
        }
    }
}
