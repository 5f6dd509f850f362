using System.Management.Automation;
using VirtMigration.Cmdlets.Conversion;
using VirtMigration.Inventory;
using VirtMigration.State;
using VirtMigration.Units;

namespace VirtMigration.Cmdlets.Commands;

/// <summary>Registers a libvirt host under a name, after it answered.</summary>
[Cmdlet(VerbsLifecycle.Register, "VmHost", SupportsShouldProcess = true)]
[OutputType(typeof(VmHost))]
public sealed class RegisterVmHostCommand : ClusterCmdlet
{
    /// <summary>The name to type from now on.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    public string Name { get; set; } = string.Empty;

    /// <summary>The libvirt URI by which this shell reaches the host.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [Alias("ConnectUri")]
    public string Uri { get; set; } = string.Empty;

    /// <summary>The libvirt URI by which other hosts' daemons reach this one; left out: the same URI.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? PeerUri { get; set; }

    /// <summary>The cluster the host belongs to.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(Completion.ClusterCompleter))]
    public string Cluster { get; set; } = "default";

    /// <summary>The address on the migration network that memory is sent to.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? MigrationAddress { get; set; }

    /// <summary>The network interface that carries migration, by which the link speed is read.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? MigrationInterface { get; set; }

    /// <summary>The speed of the migration link, with its unit; left out: it is read from the interface.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [BandwidthTransformation]
    public Bandwidth? LinkSpeed { get; set; }

    /// <summary>Replaces a host of the same name, and registers one that does not answer.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => ForOne(() =>
    {
        HostRegistration host = RegistrationRules.Complete(new()
        {
            Name = Name,
            Cluster = Cluster,
            ConnectUri = Uri,
            PeerUri = PeerUri ?? string.Empty,
            MigrationAddress = Stated(MigrationAddress),
            MigrationInterface = Stated(MigrationInterface),
            LinkSpeed = LinkSpeed,
        });
        if (!ShouldProcess($"Register host '{host.Name}' of cluster '{host.Cluster}': {host.ConnectUri}, for other hosts {host.PeerUri}",
                $"Register host '{host.Name}'?", "Register-VmHost"))
        {
            return;
        }

        WriteObject(Await(token => Session.Registration.RegisterAsync(host, Force, token)));
    });

    // An empty cell of a table that is piped in states nothing.
    private static string? Stated(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}
