using VirtMigration.Inventory;

namespace VirtMigration.Native.Connections;

/// <summary>The connections that migrations hold. A migration call occupies one of the 5 requests a daemon takes from one
/// connection (max_client_requests in libvirtd.conf) until it ends: at most 4 share one, and the fifth opens another.</summary>
/// <param name="host">The host.</param>
internal sealed class MigrationConnections(HostRegistration host)
{
    private const int MigrationsEach = 4;

    private readonly Lock _lock = new();
    private readonly List<MigrationLane> _lanes = [];

    /// <summary>A connection with room for one more migration; disposing gives the room back.</summary>
    public async Task<MigrationLease> RentAsync()
    {
        MigrationLane lane;
        lock (_lock)
        {
            lane = _lanes.Find(candidate => candidate.Migrations < MigrationsEach) ?? Add();
            lane.Migrations++;
        }

        try
        {
            return new(await lane.Slot.GetAsync(CancellationToken.None), () => Return(lane));
        }
        catch
        {
            Return(lane);
            throw;
        }
    }

    private MigrationLane Add()
    {
        MigrationLane lane = new(new(host, Bounds.Connect));
        _lanes.Add(lane);
        return lane;
    }

    // The first connection stays for the next migration; those that a burst opened close with their last one.
    private void Return(MigrationLane lane)
    {
        lock (_lock)
        {
            lane.Migrations--;
            if (lane.Migrations == 0 && _lanes.Count > 1)
            {
                _ = _lanes.Remove(lane);
                lane.Slot.Close();
            }
        }
    }

    private sealed class MigrationLane(ConnectionSlot slot)
    {
        public ConnectionSlot Slot { get; } = slot;

        public int Migrations { get; set; }
    }
}
