namespace VirtMigration.Native;

/// <summary>The VM that a test of the way between two hosts migrates.</summary>
public sealed partial class LibvirtHost
{
    /// <inheritdoc/>
    public Task StartProbeAsync(Guid probe, CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <inheritdoc/>
    public Task EndProbeAsync(Guid probe, CancellationToken cancellationToken) => throw new NotSupportedException();
}
