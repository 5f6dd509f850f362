using VirtMigration.Inventory;

namespace VirtMigration.Native.Connections;

/// <summary>A host's connections, by what they are for: a migration must not hold up an abort, nor a listing a progress line.</summary>
internal sealed class HostConnections
{
    // Enough for the cmdlets of one shell that run side by side.
    private const int CallWidth = 4;

    // A libvirt daemon has 20 workers (max_workers in libvirtd.conf), and every migration holds one until it ends.
    private const int MigrationWidth = 20;

    /// <summary>Prepares a host's connections; nothing is opened yet.</summary>
    /// <param name="host">The host.</param>
    public HostConnections(HostRegistration host)
    {
        if (IsTestDriver(host.ConnectUri))
        {
            Migrations = new(host, width: 1, kept: 1);
            Control = Monitoring = Events = new(host, Migrations);
            return;
        }

        Control = new(host, new(host, CallWidth, kept: 1));

        // Many migrations are asked after at the same moment, each second: what they need stays open.
        Monitoring = new(host, new(host, CallWidth, kept: CallWidth));
        Events = new(host, new(host, width: 1, kept: 1));
        Migrations = new(host, MigrationWidth, kept: 1);
    }

    /// <summary>For listings and changes.</summary>
    public ConnectionLane Control { get; }

    /// <summary>For the counters of migrations under way.</summary>
    public ConnectionLane Monitoring { get; }

    /// <summary>For events: one connection, which stays quiet apart from them.</summary>
    public ConnectionLane Events { get; }

    /// <summary>For migrations, one each.</summary>
    public ConnectionPool Migrations { get; }

    // libvirt's test driver makes a world in memory for every connection: with several, each would see VMs of its own.
    private static bool IsTestDriver(string uri) =>
        uri.StartsWith("test:", StringComparison.OrdinalIgnoreCase) || uri.StartsWith("test+", StringComparison.OrdinalIgnoreCase);
}
