using VirtMigration.Ports;

namespace VirtMigration.Convergence;

/// <summary>Whether memory still arrives in post-copy. QEMU and libvirt do not notice a link that is lost for minutes (seen on libvirt 9.0
/// and 11.3), and meanwhile the guest stands as soon as it touches memory that is not there: only the counters show it.</summary>
internal sealed class PostCopyFlow
{
    /// <summary>Without memory for this long it is said to stand. A page takes milliseconds, also on a link that is full.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private (long Sent, long Left, long Requests)? _seen;
    private TimeSpan _since;

    /// <summary>How long nothing has arrived, by the hypervisor's own clock.</summary>
    public TimeSpan Still { get; private set; }

    /// <summary>Whether it stands.</summary>
    public bool Stands => Still >= Patience;

    /// <summary>Takes counters that were read in post-copy.</summary>
    /// <param name="counters">The counters.</param>
    public void Observe(MigrationCounters counters)
    {
        ArgumentNullException.ThrowIfNull(counters);
        (long, long, long) now = (counters.MemoryProcessed.Bytes, counters.MemoryRemaining.Bytes, counters.PostCopyRequests);
        if (_seen != now)
        {
            _seen = now;
            _since = counters.Elapsed;
        }

        Still = counters.Elapsed - _since;
    }
}
