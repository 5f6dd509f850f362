using VirtMigration.Inventory;

namespace VirtMigration.Native.Connections;

/// <summary>A host's connections, by what they are for: a migration must not hold up an abort, nor a listing a progress line.</summary>
internal sealed class HostConnections
{
    private readonly MigrationConnections? _migrations;

    /// <summary>Prepares a host's connections; nothing is opened yet.</summary>
    /// <param name="host">The host.</param>
    public HostConnections(HostRegistration host)
    {
        Control = new(host, "control");
        if (IsTestDriver(host.ConnectUri))
        {
            Monitoring = Control;
            return;
        }

        Monitoring = new(host, "monitoring");
        _migrations = new(host);
    }

    /// <summary>For listings and changes.</summary>
    public ConnectionLane Control { get; }

    /// <summary>For counters and events of migrations under way.</summary>
    public ConnectionLane Monitoring { get; }

    /// <summary>Room for one migration.</summary>
    public async Task<MigrationLease> RentForMigrationAsync() => _migrations is null
        ? new(await Control.GetAsync(CancellationToken.None), static () => { })
        : await _migrations.RentAsync();

    // libvirt's test driver makes a world in memory for every connection: with several, each would see VMs of its own.
    private static bool IsTestDriver(string uri) =>
        uri.StartsWith("test:", StringComparison.OrdinalIgnoreCase) || uri.StartsWith("test+", StringComparison.OrdinalIgnoreCase);
}
