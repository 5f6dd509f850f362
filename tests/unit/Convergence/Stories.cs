namespace VirtMigration.UnitTests.Convergence;

/// <summary>The migrations that detectors are compared on. The link carries 100 MiB/s where nothing else is said.</summary>
internal static class Stories
{
    private const double Link = 100;
    private const double Everywhere = 600_000;
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(40);

    public static IReadOnlyList<Story> All { get; } =
    [
        Story.Recorded("still"),
        Story.Recorded("slow"),
        Story.Recorded("fast"),
        Story.Recorded("wild"),
        Story.Recorded("drop", at => at.TotalSeconds is > 8 and < 25),
        Of("constant 0.2", 4096, 2048, _ => 20),
        Of("constant 0.8", 4096, 2048, _ => 80),
        Of("constant 0.9, noise", 4096, 4096, _ => 90, noise: 0.3),
        Of("constant 1.5", 4096, 1024, _ => 150),
        Of("constant 3, noise", 4096, 1024, _ => 300, noise: 0.3),
        Of("constant 1.5, long passes", 32768, 6144, _ => 150),
        Of("slow convergence 0.9", 4096, Everywhere, _ => 90),
        Of("slow convergence 0.95", 4096, Everywhere, _ => 95),
        Of("slow convergence 0.97, long passes", 6144, Everywhere, _ => 97),
        Of("slow convergence 0.95, noise", 2048, Everywhere, _ => 95, noise: 0.3),
        Of("oscillating, 20 s", 4096, 2048, at => Square(at, 20, 60, 250)),
        Of("oscillating, 50 s", 4096, 2048, at => Square(at, 50, 60, 250)),
        Of("oscillating, 90 s", 4096, 3072, at => Square(at, 90, 65, 250), noise: 0.1),
        Of("waves, 60 s", 4096, 2048, at => 170 + (90 * Math.Sin(at * 2 * Math.PI / 60)), noise: 0.1),
        .. Waves(),
        Of("busy after 60 s", 4096, 2048, at => at < 60 ? 60 : 300),
        Of("busy after 90 s, noise", 4096, 3072, at => at < 90 ? 85 : 200, noise: 0.2),
        Of("busy for 35 s", 4096, 2048, at => at is > 45 and < 80 ? 200 : 60),
        Of("less busy after 75 s", 4096, 3072, at => at < 75 ? 110 : 40),
        Of("drop for 15 s", 4096, Everywhere, _ => 80, at => at is > 60 and < 75 ? 5 : Link),
        Of("drop for 30 s", 4096, Everywhere, _ => 60, at => at is > 50 and < 80 ? 4 : Link),
        Of("drop for 35 s, slow", 4096, Everywhere, _ => 85, at => at is > 100 and < 135 ? 20 : Link),
        Of("drop of a busy one", 4096, 512, _ => 200, at => at is > 75 and < 130 ? 12 : Link),
        Of("drop to a quarter of a wild one", 4096, 256, _ => 400, at => at is > 65 and < 110 ? 25 : Link),
        Of("drops of a busy one", 4096, 256, _ => 150, at => at % 60 is > 30 and < 50 ? 15 : Link),
        Of("half for good", 4096, 2048, _ => 60, at => at < 45 ? Link : 50),
        Of("dead after 60 s", 4096, 2048, _ => 60, at => at < 60 ? Link : 0),
        Of("dead in the first pass", 4096, 2048, _ => 60, at => at < 20 ? Link : 0),
    ];

    private static Story Of(string name, double memory, double workingSet, Func<double, double> dirty, Func<double, double>? link = null, double noise = 0) =>
        Story.Simulated(name, memory, workingSet, link ?? (_ => Link), dirty, s_longest, noise);

    // A guest whose work comes in waves: what is left rises and falls, and where the mean is below the link each low is below the last.
    private static IEnumerable<Story> Waves() =>
        from period in new[] { 30, 45, 60, 75 }
        from mean in new[] { 80, 88, 105 }
        select Of($"waves of {period} s around {mean} %", 3072, Everywhere, at => mean + (45 * Math.Sin(at * 2 * Math.PI / period)), noise: 0.1);

    private static double Square(double at, double period, double low, double high) => at % period < period / 2 ? high : low;
}
