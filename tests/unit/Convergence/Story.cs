using System.Globalization;
using VirtMigration.Ports;
using VirtMigration.Units;

namespace VirtMigration.UnitTests.Convergence;

/// <summary>One migration from its start to its end, or to where it was given up: recorded from real hosts, or simulated.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Finishes">Whether it finishes if it is left alone.</param>
/// <param name="Readings">Its counters at short intervals.</param>
/// <param name="InDrop">Whether the link is far below its usual rate at a time.</param>
internal sealed record Story(string Name, bool Finishes, IReadOnlyList<MigrationCounters> Readings, Func<TimeSpan, bool> InDrop)
{
    private static readonly TimeSpan s_tick = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_reading = TimeSpan.FromMilliseconds(200);

    /// <summary>The allowed downtime in all of them.</summary>
    public static readonly TimeSpan Downtime = TimeSpan.FromMilliseconds(100);

    /// <summary>When it ended.</summary>
    public TimeSpan End => Readings[^1].Elapsed;

    /// <summary>A recorded one.</summary>
    public static Story Recorded(string name, Func<TimeSpan, bool>? inDrop = null)
    {
        using Stream stream = typeof(Story).Assembly.GetManifestResourceStream(name) ?? throw new FileNotFoundException(name);
        using StreamReader reader = new(stream);
        string[] lines = reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return new(
            $"recorded: {name}",
            lines.Any(line => line.StartsWith("# ended: finished", StringComparison.Ordinal)),
            [.. lines.Where(line => line[0] != '#').Select(Read)],
            inDrop ?? (_ => false));
    }

    /// <summary>A simulated one: what the guest writes is spread evenly over its working set, a page counts once in a pass, and a pass that
    /// begins with no more than the downtime carries is the last.</summary>
    /// <param name="name">What it is.</param>
    /// <param name="memory">All memory, MiB.</param>
    /// <param name="workingSet">What of it is written to, MiB.</param>
    /// <param name="link">What the link carries at each second, MiB/s.</param>
    /// <param name="dirty">What the guest writes at each second, MiB/s.</param>
    /// <param name="longest">When it is given up.</param>
    /// <param name="noise">How much both rates vary by chance.</param>
    public static Story Simulated(
        string name, double memory, double workingSet, Func<double, double> link, Func<double, double> dirty, TimeSpan longest, double noise = 0)
    {
        Random random = new(name.Sum(letter => letter));
        List<MigrationCounters> readings = [];
        double left = memory, written = 0, sent = 0, inPass = 0, dirtyRate = 0, usual = link(0);
        int pass = 1;
        bool finished = false;
        TimeSpan lastReading = TimeSpan.MinValue / 2;
        for (TimeSpan now = TimeSpan.Zero; now < longest && !finished;)
        {
            // A pass ends when it ends, not at a tick.
            double rate = link(now.TotalSeconds) * Chance();
            double seconds = Math.Min(s_tick.TotalSeconds, Math.Max(0.0001, left / rate));
            double send = Math.Min(left, rate * seconds);
            now += TimeSpan.FromSeconds(seconds);
            left -= send;
            sent += send;
            inPass += seconds;
            written += dirty(now.TotalSeconds) * Chance() * seconds * (1 - (written / workingSet));
            bool begins = left < 1e-6;
            if (begins)
            {
                dirtyRate = inPass > 1 ? written / inPass : dirtyRate;
                (left, written, inPass) = (written, 0, 0);
                pass++;
                finished = left <= usual * Downtime.TotalSeconds && rate > usual / 2;
            }

            if (begins || now - lastReading >= s_reading)
            {
                lastReading = now;
                readings.Add(new()
                {
                    Elapsed = now,
                    Iteration = pass,
                    MemoryTotal = Size(memory),
                    MemoryRemaining = Size(left),
                    MemoryProcessed = Size(sent),
                    MemoryRate = Bandwidth.FromBytesPerSecond(Size(rate).Bytes),
                    DirtyRate = dirtyRate > 0 ? Bandwidth.FromBytesPerSecond(Size(dirtyRate).Bytes) : null,
                });
            }
        }

        return new(name, finished, readings, at => link(at.TotalSeconds) < usual / 2);

        double Chance() => noise == 0 ? 1 : 1 + (noise * ((2 * random.NextDouble()) - 1));
    }

    private static ByteSize Size(double mebibytes) => new((long)(mebibytes * (1 << 20)));

    private static MigrationCounters Read(string line)
    {
        long[] each = [.. line.Split(' ').Select(number => long.Parse(number, CultureInfo.InvariantCulture))];
        return new()
        {
            Elapsed = TimeSpan.FromMilliseconds(each[0]),
            Iteration = (int)each[1],
            MemoryRemaining = new(each[2]),
            MemoryProcessed = new(each[3]),
            MemoryTotal = new(each[4]),
            MemoryRate = each[5] > 0 ? Bandwidth.FromBytesPerSecond(each[5]) : null,
            DirtyRate = each[6] > 0 ? Bandwidth.FromBytesPerSecond(each[6]) : null,
            Downtime = TimeSpan.FromMilliseconds(each[7]),
        };
    }

    public override string ToString() => Name;
}
