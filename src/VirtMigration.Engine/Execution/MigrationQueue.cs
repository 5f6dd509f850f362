using System.Threading.Channels;
using VirtMigration.Planning;
using VirtMigration.Ports;

namespace VirtMigration.Execution;

/// <summary>Runs migrations, each as soon as its slots are free, in a sliding window: those that wait are looked at from the first to
/// the last, and what one that waits means for those after it says the order (<see cref="QueueOrder"/>). From counting the slots until
/// libvirt shows the job it holds the slot locks of both hosts, so that other shells with the same locks count neither too early.</summary>
public sealed class MigrationQueue
{
    // Migrations of other shells and of virsh end without telling; ours do tell.
    private static readonly TimeSpan s_lookAgain = TimeSpan.FromSeconds(1);

    // A start is mostly over within a second. Not all at the same moment: two that met once would meet again.
    private static readonly TimeSpan s_lookSoon = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan s_jitter = TimeSpan.FromMilliseconds(100);

    private readonly TimeProvider _clock;
    private readonly IQueueObserver _observer;
    private readonly QueueOrder _order;
    private readonly CancellationToken _stop;
    private readonly Channel<QueueEntry> _incoming = Channel.CreateUnbounded<QueueEntry>(new() { SingleReader = true });
    private readonly WaitingBoard _board = new();
    private readonly StartLocks _locks;
    private readonly SlotHolders _holders;
    private readonly StartCheck _check;
    private readonly QueueExit _exit;
    private readonly QueueRun _runs;
    private readonly List<QueueEntry> _waiting = [];

    // Each ends with what is left to do when its slots are free again.
    private readonly Dictionary<QueueEntry, Task<Task>> _running = [];
    private readonly List<Task> _finishing = [];

    private bool _soon;
    private volatile bool _startNoMore;
    private volatile TaskCompletionSource _nudge = NewNudge();

    /// <summary>Creates the queue and sets it going.</summary>
    /// <param name="runner">Runs the plans.</param>
    /// <param name="slots">Keeps other shells from counting slots that this queue is about to take. Where they fail, migrations start
    /// without, and say so in their results.</param>
    /// <param name="observer">Is told what happens.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="order">What a VM that waits means for those after it.</param>
    /// <param name="stop">Stops: nothing more is started, and what runs is aborted in pre-copy and left alone in post-copy.</param>
    public MigrationQueue(MigrationRunner runner, ISlotLocks slots, IQueueObserver observer, TimeProvider clock, QueueOrder order, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(runner);
        _observer = observer;
        _clock = clock;
        _order = order;
        _stop = stop;
        _locks = new(slots, clock);
        _holders = new(runner.Ownership, clock);
        _check = new(_locks, _holders, clock, stop);
        _exit = new(observer, stop);
        _runs = new(runner, observer, _exit, () => _nudge.TrySetResult(), stop);
        Completion = Task.Run(WorkAsync, CancellationToken.None);
    }

    /// <summary>Ends when the queue was completed and everything in it ended.</summary>
    public Task Completion { get; }

    /// <summary>Puts a VM at the end.</summary>
    /// <param name="migration">The VM with its plan.</param>
    /// <returns>Whether it waits; false: nothing more is taken, and nothing will be told of it.</returns>
    public bool Enqueue(QueuedMigration migration)
    {
        QueueEntry entry = new(migration, _clock.GetTimestamp());
        _board.Add(entry);
        if (!_incoming.Writer.TryWrite(entry))
        {
            _board.Remove(entry);
            return false;
        }

        return true;
    }

    /// <summary>What waits now, in its order. On any thread.</summary>
    public IReadOnlyList<VmMigration> Queued() => _board.Queued();

    /// <summary>Takes a VM out of the queue; it is reported as not started. On any thread.</summary>
    /// <param name="vm">The VM.</param>
    /// <returns>Whether it is not going to be started; false: it does not wait here, or was started in this moment.</returns>
    public bool TryStop(Guid vm)
    {
        bool stopped = _board.TryStop(vm);
        if (stopped)
        {
            _nudge.TrySetResult();
        }

        return stopped;
    }

    /// <summary>Says that nothing more will come.</summary>
    public void Complete() => _incoming.Writer.TryComplete();

    /// <summary>Starts nothing more; what runs goes on to its end.</summary>
    public void StartNoMore()
    {
        _startNoMore = true;
        Complete();
    }

    private bool IsIdle => _waiting.Count == 0 && _running.Count == 0 && _finishing.Count == 0;

    private bool MayStartNoMore => _startNoMore || _stop.IsCancellationRequested;

    private async Task WorkAsync()
    {
        while (true)
        {
            while (_incoming.Reader.TryRead(out QueueEntry? entry))
            {
                _waiting.Add(entry);
            }

            TakeOutStopped();
            await StartWhatMayAsync();
            if (MayStartNoMore)
            {
                DropWaiting();
            }

            if (_incoming.Reader.Completion.IsCompleted && IsIdle)
            {
                await _locks.SettleAsync(CancellationToken.None);
                return;
            }

            await SomethingHappensAsync();
        }
    }

    private async Task SomethingHappensAsync()
    {
        using CancellationTokenSource looking = new();
        List<Task> anyOf = [.. _running.Values, .. _finishing, .. _waiting.Select(entry => entry.Telling).Where(told => !told.IsCompleted), _nudge.Task];
        if (_incoming.Reader.Completion.IsCompleted)
        {
            // It may have been completed since it was last asked, and then nothing is left that could happen.
            if (IsIdle)
            {
                return;
            }
        }
        else
        {
            anyOf.Add(_incoming.Reader.WaitToReadAsync(looking.Token).AsTask());
        }

        if (_waiting.Count > 0)
        {
            TimeSpan until = _soon ? s_lookSoon + (Random.Shared.NextDouble() * s_jitter) : s_lookAgain;
            anyOf.Add(Task.Delay(until, _clock, looking.Token));
        }

        await Task.WhenAny(anyOf);
        await looking.CancelAsync();
        if (_nudge.Task.IsCompleted)
        {
            _nudge = NewNudge();
        }

        foreach ((QueueEntry entry, Task<Task> task) in _running.Where(pair => pair.Value.IsCompleted).ToList())
        {
            _running.Remove(entry);
            _finishing.Add(await task);
        }

        foreach (Task ended in _finishing.Where(task => task.IsCompleted).ToList())
        {
            _finishing.Remove(ended);
            await ended;
        }

        await LinkShares.ShareAsync(_running.Keys);
    }

    private static TaskCompletionSource NewNudge() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void DropWaiting()
    {
        foreach (QueueEntry entry in _waiting)
        {
            MigrationPlan plan = entry.Migration.Run.Plan;
            Leave(entry, entry.TryTake() ? QueueExit.StillWaiting(plan) : QueueExit.Stopped(plan));
        }

        _waiting.Clear();
    }

    private void TakeOutStopped()
    {
        foreach (QueueEntry entry in _waiting.Where(entry => !entry.Waits).ToList())
        {
            _waiting.Remove(entry);
            Leave(entry, QueueExit.Stopped(entry.Migration.Run.Plan));
        }
    }

    private void Leave(QueueEntry entry, VirtMigrationException error)
    {
        _board.Remove(entry);
        _finishing.Add(_exit.WithoutStart(entry, error));
    }

    private async Task StartWhatMayAsync()
    {
        TurnOrder turns = new(_order);
        ShownMigrations shown = new(_holders, _stop);
        _soon = false;

        foreach (QueueEntry entry in _waiting.ToList())
        {
            // One whose guest is being told holds no slot and keeps nobody waiting.
            if (!entry.Waits || !entry.Telling.IsCompleted)
            {
                continue;
            }

            if (turns.Before(entry.Migration.Run.Plan) is string before)
            {
                turns.Behind(entry.Migration.Run.Plan);
                entry.Reason = before;
                continue;
            }

            StartVerdict verdict = await VerdictAsync(entry, turns, shown);
            if (MayStartNoMore)
            {
                verdict.Share?.LetGo();
                return;
            }

            Follow(verdict, entry, turns);
        }
    }

    private async Task<StartVerdict> VerdictAsync(QueueEntry entry, TurnOrder turns, ShownMigrations shown)
    {
        StartVerdict verdict = await _check.LookAsync(entry, _running.Keys, turns, shown);
        return verdict == StartVerdict.May && !MayStartNoMore && (entry.Dialogue is not null || entry.Migration.Run.Plan.GuestNotice.IsDisabled())
            ? await _check.ClaimAsync(entry, _running.Keys, shown)
            : verdict;
    }

    private void Follow(StartVerdict verdict, QueueEntry entry, TurnOrder turns)
    {
        MigrationPlan plan = entry.Migration.Run.Plan;
        if (verdict.Error is VirtMigrationException error)
        {
            _waiting.Remove(entry);
            Leave(entry, entry.TryTake() ? error : QueueExit.Stopped(plan));
        }
        else if (verdict.Behind)
        {
            turns.Behind(plan);
            Wait(entry, verdict.Hindrance!);
        }
        else if (verdict.Hindrance is string hindrance)
        {
            turns.Waits(plan);
            _soon |= verdict.Brief;
            Wait(entry, hindrance);
        }
        else if (verdict.Share is null)
        {
            entry.Dialogue = new(plan.GuestNotice);
            entry.Telling = TellAsync(entry);
            Wait(entry, "its guest is told that it is about to migrate, and has up to 10 s to answer");
        }
        else
        {
            Start(entry, verdict);
        }
    }

    // Whoever comes first, this or a stop from elsewhere, has the only word.
    private void Start(QueueEntry entry, StartVerdict verdict)
    {
        if (!entry.TryTake())
        {
            verdict.Share?.LetGo();
            return;
        }

        entry.Share = verdict.Share;
        entry.Notices = verdict.Notice is string notice ? [notice] : [];
        entry.StartedAt = _clock.GetUtcNow();
        _waiting.Remove(entry);
        _board.Remove(entry);
        _running[entry] = Task.Run(() => _runs.RunAsync(entry), CancellationToken.None);
    }

    private void Wait(QueueEntry entry, string reason)
    {
        entry.Reason = reason;
        if (entry.Told != reason)
        {
            entry.Told = reason;
            _observer.Waiting(entry.Migration.Run.Plan, reason);
        }
    }

    private async Task TellAsync(QueueEntry entry)
    {
        using CancellationTokenSource enough = CancellationTokenSource.CreateLinkedTokenSource(_stop);
        Task told = entry.Dialogue!.BeforeAsync(entry.Migration.Run, enough.Token);
        await Task.WhenAny(told, entry.Gone.Task);
        await enough.CancelAsync();
        await told;
    }
}
