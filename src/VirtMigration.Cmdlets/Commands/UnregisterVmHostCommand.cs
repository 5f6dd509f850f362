using System.Management.Automation;
using VirtMigration.Inventory;

namespace VirtMigration.Cmdlets.Commands;

/// <summary>Forgets a registered host. Its VMs are not touched.</summary>
[Cmdlet(VerbsLifecycle.Unregister, "VmHost", SupportsShouldProcess = true)]
public sealed class UnregisterVmHostCommand : ClusterCmdlet
{
    /// <summary>The hosts by name.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(Completion.HostCompleter))]
    public string[] Name { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (string name in Name)
        {
            ForOne(() =>
            {
                HostRegistration host = Session.Registry.Find(name);
                if (ShouldProcess($"Forget host '{host.Name}' ({host.ConnectUri}); its VMs are not touched", $"Forget host '{host.Name}'?", "Unregister-VmHost"))
                {
                    Session.Registry.Unregister(host.Name);
                }
            });
        }
    }
}
