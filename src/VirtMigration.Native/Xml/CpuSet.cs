using System.Globalization;

namespace VirtMigration.Native.Xml;

/// <summary>Sets of CPUs as libvirt writes them: <c>0-3,^2,8</c> is 0, 1, 3 and 8 (formatdomain, "cpuset").</summary>
internal static class CpuSet
{
    // Linux itself ends at 8,192 CPUs (CONFIG_NR_CPUS); the bound keeps a nonsensical range from filling the memory.
    private const int HighestCpu = 65535;

    /// <summary>The CPUs of a set, ascending.</summary>
    /// <param name="text">The set.</param>
    /// <exception cref="FormatException">It is not a set of CPUs.</exception>
    public static IReadOnlyList<int> Parse(string text)
    {
        SortedSet<int> cpus = [];
        foreach (string part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            if (part.StartsWith('^'))
            {
                _ = cpus.Remove(Number(part[1..], text));
                continue;
            }

            int dash = part.IndexOf('-', StringComparison.Ordinal);
            int first = Number(dash < 0 ? part : part[..dash], text);
            int last = dash < 0 ? first : Number(part[(dash + 1)..], text);
            if (last < first)
            {
                throw Invalid(text);
            }

            for (int cpu = first; cpu <= last; cpu++)
            {
                _ = cpus.Add(cpu);
            }
        }

        return [.. cpus];
    }

    private static int Number(string part, string text) =>
        int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number <= HighestCpu
            ? number
            : throw Invalid(text);

    private static FormatException Invalid(string text) => new($"'{text}' is not a set of CPUs.");
}
