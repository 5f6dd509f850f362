using VirtMigration.Ports;
using VirtMigration.Units;

namespace VirtMigration.Convergence;

/// <summary>Turns the counters of one migration into samples whose percentage never runs backwards, each with a time left, where there is
/// one, and its basis in words. All of it is estimated from the present rates, smoothed; what cannot be known is said to be unknown.</summary>
/// <param name="vm">The VM's name.</param>
/// <param name="source">Where it comes from.</param>
/// <param name="destination">Where it goes to.</param>
/// <param name="clock">The clock.</param>
public sealed class ProgressEstimator(string vm, string source, string? destination, TimeProvider clock)
{
    // Nothing is done before the hypervisor says so.
    private const int MostWhileRunning = 99;

    // The hypervisor's figure is that of one pass; the guest's next pass is as likely a little slower or faster.
    private static readonly TimeSpan s_dirtyMemory = TimeSpan.FromSeconds(10);

    private readonly StallDetector _stall = new();
    private readonly SmoothedRate _dirty = new(s_dirtyMemory);
    private readonly PostCopyFlow _flow = new();

    private int _percent;
    private bool _postCopy;
    private int _pass;
    private TimeSpan _passBegan;
    private double? _written;
    private TimeSpan _before;
    private MigrationSample? _last;

    /// <summary>Notes that the guest now runs on the destination.</summary>
    public void EnterPostCopy() => _postCopy = true;

    /// <summary>The sample for counters that were just read.</summary>
    /// <param name="counters">The counters.</param>
    /// <param name="schedule">What the schedule allows and will do; null: nobody knows it.</param>
    public MigrationSample Sample(MigrationCounters counters, ScheduleOutlook? schedule = null)
    {
        ArgumentNullException.ThrowIfNull(counters);
        ScheduleMoment moment = ScheduleMoment.Of(counters);
        long total = moment.Data.Bytes;
        long remaining = moment.Remaining.Bytes;
        if (total > 0)
        {
            int now = (int)(100 - (100 * Math.Min(remaining, total) / total));
            _percent = Math.Max(_percent, Math.Min(now, MostWhileRunning));
        }

        MigrationPhase phase = PhaseOf(counters, total);
        _stall.Observe(moment);
        ObserveWriting(counters, moment);
        TimeLeft left = TimeLeft.Of(new()
        {
            Phase = phase,
            Pass = moment.Pass,
            Remaining = remaining,
            Total = total,
            Rate = (_stall.Rate ?? counters.MemoryRate) is Bandwidth rate ? rate.BitsPerSecond / 8.0 : null,
            Dirty = _dirty.Value ?? _written,
            InPass = moment.Elapsed - _passBegan,
            Downtime = schedule?.Downtime,
            Repeats = _stall.Repeats,
            Stalled = _stall.Verdict(StallDetector.UsualWindow) != StallVerdict.Progressing,
            Dropped = _stall.InDrop,
        });
        if (phase == MigrationPhase.PostCopy)
        {
            _flow.Observe(counters);
        }

        _last = Make(counters, moment, phase, _percent) with
        {
            Eta = _flow.Stands ? null : left.Eta,
            Outlook = _flow.Stands ? OutlookText.NothingArrives(_flow.Still, source, destination) : OutlookText.Of(left, _stall, counters, schedule),
            NextStep = phase == MigrationPhase.PreCopy ? schedule?.Next : null,
        };
        return _last;
    }

    /// <summary>The last sample of a migration that ended. What nobody told at the end is as it was seen last.</summary>
    /// <param name="counters">The final counters; null: nobody told them.</param>
    /// <param name="moved">Whether the VM moved; then nothing remains.</param>
    public MigrationSample End(MigrationCounters? counters, bool moved)
    {
        MigrationSample end = counters is not null ? Make(counters, ScheduleMoment.Of(counters), MigrationPhase.Ended, _percent)
            : _last is not null ? _last with
            {
                Time = clock.GetUtcNow(),
                Phase = MigrationPhase.Ended,
                Rate = null,
                DirtyRate = null,
                ExpectedDowntime = null,
                Eta = null,
                Outlook = null,
                NextStep = null,
            }
            : Make(new(), default, MigrationPhase.Ended, _percent);
        return moved ? end with { Percent = 100, Remaining = default } : end;
    }

    private MigrationSample Make(MigrationCounters counters, ScheduleMoment moment, MigrationPhase phase, int percent) => new()
    {
        VM = vm,
        Source = source,
        Destination = destination,
        Time = clock.GetUtcNow(),
        Phase = phase,
        Pass = counters.Iteration,
        Percent = percent,
        Remaining = moment.Remaining,
        Total = moment.Data,
        Sent = counters.MemoryProcessed,
        Rate = counters.MemoryRate,
        DirtyRate = counters.DirtyRate,
        Throttle = counters.Throttle,
        ExpectedDowntime = phase == MigrationPhase.PreCopy ? counters.Downtime : null,
        Elapsed = counters.Elapsed,
    };

    private MigrationPhase PhaseOf(MigrationCounters counters, long total) =>
        _postCopy || counters.PostCopyRequests > 0 ? MigrationPhase.PostCopy
        : total == 0 ? MigrationPhase.Preparing
        : MigrationPhase.PreCopy;

    // The hypervisor states what was written only after a pass of more than a second; what a pass begins with, over the time of the one
    // before it, says the same.
    private void ObserveWriting(MigrationCounters counters, ScheduleMoment moment)
    {
        if (moment.Pass != _pass || moment.Elapsed < _before)
        {
            TimeSpan lasted = moment.Elapsed - _passBegan;
            if (moment.Pass == _pass + 1 && _pass > 0 && lasted > TimeSpan.Zero)
            {
                _written = moment.Remaining.Bytes / lasted.TotalSeconds;
            }

            _pass = moment.Pass;
            _passBegan = moment.Elapsed;
        }

        if (moment.Pass != 1 && (counters.DirtyRate is Bandwidth stated ? stated.BitsPerSecond / 8.0 : _written) is double now)
        {
            // The first reading stands for itself, however short a time it was seen.
            _dirty.Add(now, _dirty.Value is null ? TimeSpan.FromTicks(1) : moment.Elapsed - _before);
        }

        _before = moment.Elapsed;
    }
}
