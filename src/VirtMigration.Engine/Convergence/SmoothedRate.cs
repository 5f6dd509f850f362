namespace VirtMigration.Convergence;

/// <summary>An average of a rate that forgets with time. It goes by time and not by the number of readings, so it says the same however
/// often it is fed.</summary>
/// <param name="memory">After this long a change counts for 63 percent.</param>
internal sealed class SmoothedRate(TimeSpan memory)
{
    private double _seen;

    /// <summary>The average; null: nothing was seen.</summary>
    public double? Value { get; private set; }

    /// <summary>Takes a rate that held for a time.</summary>
    public void Add(double rate, TimeSpan held)
    {
        double seconds = held.TotalSeconds;
        if (seconds <= 0)
        {
            return;
        }

        // At first a plain mean, so that the first reading, often of a slow start, does not count for more than its time.
        _seen += seconds;
        double weight = Math.Max(1 - Math.Exp(-seconds / memory.TotalSeconds), Math.Min(1, seconds / _seen));
        Value = Value is double before ? before + (weight * (rate - before)) : rate;
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        Value = null;
        _seen = 0;
    }
}
