using VirtMigration.Units;

namespace VirtMigration.Options;

/// <summary>A bandwidth as an operator chooses it: <c>None</c>, <c>Link</c> (what both hosts' links carry), or a rate with its
/// unit.</summary>
public readonly record struct BandwidthChoice
{
    private enum Kind
    {
        None,
        Link,
        Stated,
    }

    private readonly Kind _kind;
    private readonly Bandwidth _rate;

    private BandwidthChoice(Kind kind, Bandwidth rate)
    {
        _kind = kind;
        _rate = rate;
    }

    /// <summary>None is stated.</summary>
    public static BandwidthChoice None { get; } = new(Kind.None, default);

    /// <summary>What both hosts' migration links carry: the lower of the two.</summary>
    public static BandwidthChoice Link { get; } = new(Kind.Link, default);

    /// <summary>The choice as it is written, and read back as it was: <c>None</c>, <c>Link</c> or the rate.</summary>
    public string Value => _kind == Kind.Stated ? _rate.ToExactString() : _kind.ToString();

    /// <summary>A rate.</summary>
    /// <param name="rate">The rate.</param>
    public static BandwidthChoice Of(Bandwidth rate) => new(Kind.Stated, rate);

    /// <summary>Reads <c>None</c>, <c>Link</c> or a rate with its unit.</summary>
    /// <param name="text">The text.</param>
    /// <exception cref="VirtMigrationException">BandwidthInvalid.</exception>
    public static BandwidthChoice Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string trimmed = text.Trim();
        return trimmed.Equals(nameof(None), StringComparison.OrdinalIgnoreCase) ? None
            : trimmed.Equals(nameof(Link), StringComparison.OrdinalIgnoreCase) ? Link
            : Of(Bandwidth.Parse(text));
    }

    /// <summary>The rate that was stated; null for None and Link.</summary>
    public Bandwidth? Stated() => _kind == Kind.Stated ? _rate : null;

    /// <summary>As <see cref="Value"/>.</summary>
    public override string ToString() => Value;
}
