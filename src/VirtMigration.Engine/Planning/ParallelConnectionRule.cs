using VirtMigration.Options;

namespace VirtMigration.Planning;

/// <summary>How many parallel connections a migration takes.</summary>
public static class ParallelConnectionRule
{
    /// <summary>The most that the automatic number takes where no other limit is configured. Eight to sixteen connections fill a
    /// 100 Gbps link; more only cost CPU.</summary>
    public const int DefaultMaximum = 16;

    // One QEMU multifd channel is one thread that fills about 10 Gbps (oVirt feature page "parallel migration connections").
    private const long MegabitsPerConnection = 10_000;

    /// <summary>The number of connections; null: one plain stream. With auto = min(floor(B / 10 Gbps), V, L, E): Parallel takes
    /// max(2, auto), and 2 where B is not known; Auto takes auto where that is 2 or more; a number n takes max(2, min(n, threads of
    /// either host)).</summary>
    /// <param name="input">What it is decided from.</param>
    public static int? Connections(ParallelInput input) =>
        input.Choice.Stated() is int stated ? Math.Max(ParallelChoice.Least, Math.Min(stated, Math.Min(input.SourceThreads, input.DestinationThreads)))
        : input.Choice == ParallelChoice.Parallel ? Math.Max(ParallelChoice.Least, Automatic(input) ?? ParallelChoice.Least)
        : input.Choice == ParallelChoice.Auto && Automatic(input) is int automatic and >= ParallelChoice.Least ? automatic
        : null;

    private static int? Automatic(ParallelInput input) => input.Bandwidth is { } bandwidth
        ? (int)Math.Min(bandwidth.ToMegabitsPerSecond() / MegabitsPerConnection, Math.Min(input.VCpus, Math.Min(input.Maximum, input.EmulatorCpus ?? int.MaxValue)))
        : null;
}
