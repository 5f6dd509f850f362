using System.Globalization;
using System.Text;

namespace VirtMigration.Placement;

/// <summary>Ids of CPUs and cells in words.</summary>
internal static class IdText
{
    /// <summary>The ids as ranges: <c>0-3,8</c>.</summary>
    /// <param name="ids">The ids, ascending and each once.</param>
    public static string Ranges(IReadOnlyList<int> ids)
    {
        StringBuilder text = new();
        Write(text, ids);
        return text.ToString();
    }

    /// <summary>The same, behind a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="ids">The ids, ascending and each once.</param>
    public static void Write(StringBuilder text, IReadOnlyList<int> ids)
    {
        for (int first = 0, last; first < ids.Count; first = last + 1)
        {
            last = first;
            while (last + 1 < ids.Count && ids[last + 1] == ids[last] + 1)
            {
                last++;
            }

            text.Append(first == 0 ? string.Empty : ",").Append(CultureInfo.InvariantCulture, $"{ids[first]}");
            if (last > first)
            {
                text.Append(CultureInfo.InvariantCulture, $"-{ids[last]}");
            }
        }
    }

    /// <summary>With its noun: <c>CPU 3</c>, <c>CPUs 0-3,8</c>.</summary>
    /// <param name="noun">The noun for one.</param>
    /// <param name="ids">The ids, ascending and each once.</param>
    public static string Named(string noun, IReadOnlyList<int> ids) => $"{noun}{(ids.Count == 1 ? string.Empty : "s")} {Ranges(ids)}";
}
