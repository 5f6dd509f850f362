using VirtMigration.Units;

namespace VirtMigration.Execution;

/// <summary>One VM while it is in a queue. The queue's own thread of work changes it; others only read what stands above, or stop it.</summary>
/// <param name="migration">The VM with its plan.</param>
/// <param name="plannedAt">When the plan was made, by the clock's timestamp.</param>
internal sealed class QueueEntry(QueuedMigration migration, long plannedAt)
{
    private const int Waiting = 0;
    private const int Taken = 1;
    private const int Stopped = 2;

    private volatile QueuedMigration _migration = migration;
    private volatile string _reason = "its turn has not come yet";
    private int _fate;

    /// <summary>The VM with the plan that counts now.</summary>
    public QueuedMigration Migration
    {
        get => _migration;
        set => _migration = value;
    }

    /// <summary>What it waits for, in words.</summary>
    public string Reason
    {
        get => _reason;
        set => _reason = value;
    }

    /// <summary>Whether it may still be started or stopped.</summary>
    public bool Waits => Volatile.Read(ref _fate) == Waiting;

    /// <summary>What its guest is told; null: nothing yet.</summary>
    public GuestDialogue? Dialogue { get; set; }

    /// <summary>Ends when its guest has been told.</summary>
    public Task Telling { get; set; } = Task.CompletedTask;

    /// <summary>Ends when it leaves without having been started.</summary>
    public TaskCompletionSource Gone { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The queue's claim on it; false: somebody has stopped it.</summary>
    public bool TryTake() => Interlocked.CompareExchange(ref _fate, Taken, Waiting) == Waiting;

    /// <summary>The claim of one who stops it; false: it is started.</summary>
    public bool TryStop() => Interlocked.CompareExchange(ref _fate, Stopped, Waiting) == Waiting;

    /// <summary>When its plan was made.</summary>
    public long PlannedAt { get; set; } = plannedAt;

    /// <summary>Whether the queue has made its plan anew.</summary>
    public bool Replanned { get; set; }

    /// <summary>How often in a row its hosts did not answer.</summary>
    public int Failures { get; set; }

    /// <summary>The slot lock that it last found in other hands; null: none.</summary>
    public LockBarrier? Barrier { get; set; }

    /// <summary>When it was started.</summary>
    public DateTimeOffset StartedAt { get; set; }

    /// <summary>Its start's part in the slot locks; null: none.</summary>
    public StartShare? Share { get; set; }

    /// <summary>What was noticed at its start and belongs into the result.</summary>
    public IReadOnlyList<string> Notices { get; set; } = [];

    /// <summary>What it was last said to wait for.</summary>
    public string? Told { get; set; }

    /// <summary>Whether its job was seen.</summary>
    public bool Visible { get; set; }

    /// <summary>Among how many it shares its link.</summary>
    public int Shares { get; set; } = 1;

    /// <summary>The speed that libvirt kept for it before it shared.</summary>
    public Bandwidth? SpeedBefore { get; set; }
}
