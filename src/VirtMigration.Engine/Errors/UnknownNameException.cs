namespace VirtMigration;

/// <summary>A name that nothing answers to; the message offers the nearest names that do exist.</summary>
public sealed class UnknownNameException : VirtMigrationException
{
    private const int NearestOffered = 3;

    /// <summary>Creates the error.</summary>
    /// <param name="errorId">The stable identifier (<c>HostNotFound</c>, <c>VmNotFound</c>, <c>PolicyNotFound</c>).</param>
    /// <param name="kind">What was looked for, as a word in the message: "host", "VM", "policy".</param>
    /// <param name="name">The name that was given.</param>
    /// <param name="known">The names that exist.</param>
    /// <param name="lister">The command that lists them.</param>
    /// <param name="place">Where it was looked for, as " on h1"; empty for everywhere.</param>
    public UnknownNameException(string errorId, string kind, string name, IEnumerable<string> known, string lister, string place = "")
        : base(errorId, Describe(kind, name, known, place), $"Use one of the names that {lister} lists.", name)
    {
    }

    /// <summary>The known names nearest to a given one, best first: by shared prefix, then by edit distance.</summary>
    /// <param name="name">The name that was given.</param>
    /// <param name="known">The names that exist.</param>
    public static IReadOnlyList<string> Nearest(string name, IEnumerable<string> known) =>
        [.. known
            .Select(candidate => (candidate, distance: EditDistance(name.ToUpperInvariant(), candidate.ToUpperInvariant())))
            .Where(pair => pair.distance <= Math.Max(2, name.Length / 2)
                || pair.candidate.StartsWith(name, StringComparison.OrdinalIgnoreCase))
            .OrderByDescending(pair => pair.candidate.StartsWith(name, StringComparison.OrdinalIgnoreCase))
            .ThenBy(pair => pair.distance)
            .ThenBy(pair => pair.candidate, StringComparer.OrdinalIgnoreCase)
            .Take(NearestOffered)
            .Select(pair => pair.candidate)];

    private static string Describe(string kind, string name, IEnumerable<string> known, string place)
    {
        List<string> all = [.. known];
        IReadOnlyList<string> nearest = Nearest(name, all);
        string hint = (nearest.Count, all.Count) switch
        {
            ( > 0, _) => $" Did you mean {string.Join(", ", nearest.Select(n => $"'{n}'"))}?",
            (_, 0) => $" There is no {kind} at all{place}.",
            _ => string.Empty,
        };
        return $"There is no {kind} '{name}'{place}.{hint}";
    }

    private static int EditDistance(string left, string right)
    {
        int[] row = [.. Enumerable.Range(0, right.Length + 1)];
        for (int i = 1; i <= left.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= right.Length; j++)
            {
                int substituted = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substituted, 1 + Math.Min(row[j], row[j - 1]));
            }
        }

        return row[^1];
    }
}
