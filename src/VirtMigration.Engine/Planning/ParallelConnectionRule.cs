using VirtMigration.Units;

namespace VirtMigration.Planning;

/// <summary>How many parallel connections a migration takes when the number is left to the product.</summary>
public static class ParallelConnectionRule
{
    /// <summary>The least number that is parallel at all.</summary>
    public const int Minimum = 2;

    /// <summary>The most that the automatic choice takes. Eight to sixteen connections fill a 100 Gbps link; more only cost CPU.</summary>
    public const int DefaultMaximum = 16;

    // One QEMU multifd channel is one thread that fills about 10 Gbps (oVirt feature page "parallel migration connections").
    private const long MegabitsPerConnection = 10_000;

    /// <summary>The automatic number with the parallel choice forced: max(2, min(B / 10 Gbps, V, L, E)), 2 where B is not known.</summary>
    /// <param name="bandwidth">B: what the migration may send; null: not known.</param>
    /// <param name="vCpus">V: the vCPUs online now.</param>
    /// <param name="maximum">L: the upper limit.</param>
    /// <param name="emulatorCpus">E: the CPUs that the emulator threads may use; null: all.</param>
    public static int Forced(Bandwidth? bandwidth, int vCpus, int maximum, int? emulatorCpus) =>
        bandwidth is Bandwidth known
            ? Math.Max(Minimum, (int)Math.Min(
                known.ToMegabitsPerSecond() / MegabitsPerConnection,
                Math.Min(vCpus, Math.Min(maximum, emulatorCpus ?? int.MaxValue))))
            : Minimum;
}
