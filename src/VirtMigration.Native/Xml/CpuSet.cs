using System.Globalization;
using System.Text;

namespace VirtMigration.Native.Xml;

/// <summary>Sets of CPUs or of NUMA cells as libvirt writes them: <c>0-3,^2,8</c> is 0, 1, 3 and 8 (formatdomain, "cpuset" and
/// "nodeset"; virBitmapParse).</summary>
internal static class CpuSet
{
    // Linux itself ends at 8,192 CPUs (CONFIG_NR_CPUS); the bound keeps a nonsensical range from filling the memory.
    private const int Highest = 65535;

    /// <summary>The numbers of a set, ascending.</summary>
    /// <param name="text">The set.</param>
    /// <exception cref="FormatException">It is not a set; the message names the character that is wrong and where it stands.</exception>
    public static IReadOnlyList<int> Parse(string text)
    {
        SortedSet<int> numbers = [];
        int at = 0;
        do
        {
            SkipSpaces(text, ref at);
            if (Take(text, ref at, '^'))
            {
                _ = numbers.Remove(Number(text, ref at));
            }
            else
            {
                numbers.UnionWith(Range(text, ref at));
            }

            SkipSpaces(text, ref at);
        }
        while (Take(text, ref at, ','));

        return at == text.Length ? [.. numbers] : throw Unexpected(text, at, "a comma or the end");
    }

    /// <summary>A set as libvirt writes it: <c>0-3,8</c> (virBitmapFormat).</summary>
    /// <param name="numbers">The numbers, in any order.</param>
    public static string Format(IEnumerable<int> numbers)
    {
        int[] sorted = [.. numbers.Distinct().Order()];
        StringBuilder text = new();
        for (int first = 0, last; first < sorted.Length; first = last + 1)
        {
            last = first;
            while (last + 1 < sorted.Length && sorted[last + 1] == sorted[last] + 1)
            {
                last++;
            }

            _ = text.Append(first == 0 ? string.Empty : ",").Append(CultureInfo.InvariantCulture, $"{sorted[first]}");
            _ = last == first ? text : text.Append(CultureInfo.InvariantCulture, $"-{sorted[last]}");
        }

        return text.ToString();
    }

    private static IEnumerable<int> Range(string text, ref int at)
    {
        int start = at;
        int first = Number(text, ref at);
        SkipSpaces(text, ref at);
        if (!Take(text, ref at, '-'))
        {
            return [first];
        }

        SkipSpaces(text, ref at);
        int last = Number(text, ref at);
        return first <= last
            ? Enumerable.Range(first, last - first + 1)
            : throw Invalid(text, $"the range {first}-{last} at position {start + 1} runs backwards");
    }

    private static int Number(string text, ref int at)
    {
        int start = at;
        while (at < text.Length && char.IsAsciiDigit(text[at]))
        {
            at++;
        }

        ReadOnlySpan<char> digits = text.AsSpan(start, at - start);
        if (digits.IsEmpty)
        {
            throw Unexpected(text, at, "a number");
        }

        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number <= Highest
            ? number
            : throw Invalid(text, $"{digits} at position {start + 1} is above {Highest}");
    }

    private static bool Take(string text, ref int at, char character)
    {
        bool there = at < text.Length && text[at] == character;
        at += there ? 1 : 0;
        return there;
    }

    private static void SkipSpaces(string text, ref int at)
    {
        while (at < text.Length && char.IsWhiteSpace(text[at]))
        {
            at++;
        }
    }

    private static FormatException Unexpected(string text, int at, string expected) => Invalid(
        text,
        at < text.Length
            ? $"'{text[at]}' at position {at + 1} stands where {expected} belongs"
            : $"it ends at position {at + 1}, where {expected} belongs");

    private static FormatException Invalid(string text, string why) => new($"'{text}' is not a set of CPUs or cells: {why}.");
}
