using System.Globalization;
using VirtMigration.Units;

namespace VirtMigration.Placement;

/// <summary>NUMA cells and what they need, in words.</summary>
internal static class NumaText
{
    /// <summary><c>cell 3</c>, <c>cells 0, 1, 4-9</c>.</summary>
    public static string Cells(IEnumerable<int> ids)
    {
        int[] all = [.. ids];
        List<string> parts = [];
        for (int first = 0; first < all.Length;)
        {
            int last = first;
            while (last + 1 < all.Length && all[last + 1] == all[last] + 1)
            {
                last++;
            }

            parts.AddRange(last - first < 2 ? all[first..(last + 1)].Select(id => $"{id}") : [$"{all[first]}-{all[last]}"]);
            first = last + 1;
        }

        return (all.Length == 1 ? "cell " : "cells ") + string.Join(", ", parts);
    }

    /// <summary><c>32 GiB</c>, or <c>16 GiB in pages of 2 MiB</c>.</summary>
    public static string Memory(long bytes, ByteSize? pageSize) =>
        pageSize is null ? new ByteSize(bytes).ToString() : $"{new ByteSize(bytes)} in pages of {pageSize}";

    /// <summary><c>1 CPU</c>, <c>8 CPUs</c>.</summary>
    public static string Cpus(long count) => Count(count, "CPU");

    /// <summary>With its noun: <c>1 cell</c>, <c>2 cells</c>.</summary>
    public static string Count(long count, string noun) => string.Create(CultureInfo.InvariantCulture, $"{count} {noun}{(count == 1 ? "" : "s")}");
}
