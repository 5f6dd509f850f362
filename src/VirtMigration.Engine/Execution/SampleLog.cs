using VirtMigration.Convergence;

namespace VirtMigration.Execution;

/// <summary>Keeps a run's samples for the history, and hands each on to who looks at them. Kept is the first of each pass and phase,
/// and at most one a second besides; never more than <see cref="Most"/>, and with them the last one before the end, and the end.</summary>
/// <param name="next">Who looks; null: nobody.</param>
public sealed class SampleLog(IProgress<MigrationSample>? next) : IProgress<MigrationSample>
{
    /// <summary>How many are kept: ten minutes without a gap, in a line of some 200 KB. When there would be more, every second one goes
    /// and from then on only every second one comes, so that those that are left lie evenly over the run.</summary>
    public const int Most = 600;

    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    private readonly List<MigrationSample> _kept = [];
    private MigrationSample? _counted;
    private MigrationSample? _last;
    private MigrationSample? _end;
    private int _count;
    private int _stride = 1;

    /// <inheritdoc/>
    public void Report(MigrationSample value)
    {
        if (value.Phase == MigrationPhase.Ended)
        {
            _end = value;
        }
        else
        {
            _last = value;
            if (Counts(value))
            {
                _counted = value;
                Keep(value);
            }
        }

        next?.Report(value);
    }

    /// <summary>What was kept, in order of time.</summary>
    public MigrationSample[] Samples() =>
    [
        .. _kept,
        .. _last is null || ReferenceEquals(_last, _kept.LastOrDefault()) ? Array.Empty<MigrationSample>() : [_last],
        .. _end is null ? Array.Empty<MigrationSample>() : [_end],
    ];

    private bool Counts(MigrationSample value) =>
        _counted is null
        || value.Pass != _counted.Pass
        || value.Phase != _counted.Phase
        || (value.Time - _counted.Time).Duration() >= s_interval;

    private void Keep(MigrationSample value)
    {
        if (_count++ % _stride != 0)
        {
            return;
        }

        if (_kept.Count == Most)
        {
            List<MigrationSample> half = [.. _kept.Where((_, index) => index % 2 == 0)];
            _kept.Clear();
            _kept.AddRange(half);
            _stride *= 2;
        }

        _kept.Add(value);
    }
}
