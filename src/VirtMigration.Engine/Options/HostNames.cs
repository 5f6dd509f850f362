namespace VirtMigration.Options;

/// <summary>Some hosts by name: each once, in order, without regard to case. Equal where they name the same hosts.</summary>
public sealed class HostNames : IEquatable<HostNames>
{
    private readonly string[] _names;

    private HostNames(string[] names) => _names = names;

    /// <summary>The names.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>Reads names with commas or blanks between them; null where there is none.</summary>
    /// <param name="text">The names.</param>
    public static HostNames? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] names =
        [
            .. text.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Distinct(StringComparer.OrdinalIgnoreCase)
                .Order(StringComparer.OrdinalIgnoreCase),
        ];
        return names.Length == 0 ? null : new(names);
    }

    /// <summary>Whether a host is among them.</summary>
    /// <param name="host">The host.</param>
    public bool Contains(string host) => _names.Contains(host, StringComparer.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public bool Equals(HostNames? other) => other is not null && _names.SequenceEqual(other._names, StringComparer.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as HostNames);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(ToString());

    /// <summary>The names with commas between them.</summary>
    public override string ToString() => string.Join(',', _names);
}
