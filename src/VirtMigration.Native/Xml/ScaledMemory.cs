using System.Globalization;
using System.Xml.Linq;
using VirtMigration.Units;

namespace VirtMigration.Native.Xml;

/// <summary>Amounts of memory as libvirt writes them: a number, and a unit that is KiB where it is left out (formatdomain,
/// "memory").</summary>
internal static class ScaledMemory
{
    // VIR_DOMAIN_MEMORY_PARAM_UNLIMITED (libvirt-domain.h), in KiB: INT64_MAX >> 10.
    private const decimal UnlimitedBytes = 9007199254740991m * 1024;

    /// <summary>An element's amount; null where the element is absent or means no limit.</summary>
    /// <param name="element">The element.</param>
    /// <exception cref="FormatException">It is not an amount.</exception>
    public static ByteSize? Read(XElement? element) => element is null ? null : Parse(element.Value, element.Text("unit") ?? "KiB");

    /// <summary>An amount in an attribute, beside an attribute for its unit; null where it is absent or means no limit.</summary>
    /// <param name="element">The element.</param>
    /// <param name="attribute">The attribute.</param>
    /// <exception cref="FormatException">It is not an amount.</exception>
    public static ByteSize? Read(XElement element, string attribute) =>
        element.Text(attribute) is { } text ? Parse(text, element.Text("unit") ?? "KiB") : null;

    private static ByteSize? Parse(string text, string unit)
    {
        if (!decimal.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out decimal number)
            || Scale(unit) is not { } scale)
        {
            throw new FormatException($"'{text} {unit}' is not an amount of memory.");
        }

        return number >= UnlimitedBytes / scale ? null : new ByteSize((long)(number * scale));
    }

    // virScaleInteger: KB is a power of ten, K and KiB are powers of two, and case does not matter.
    private static decimal? Scale(string unit) => unit.ToUpperInvariant() switch
    {
        "B" or "BYTES" => 1m,
        "KB" => 1e3m,
        "K" or "KIB" => 1024m,
        "MB" => 1e6m,
        "M" or "MIB" => 1024m * 1024,
        "GB" => 1e9m,
        "G" or "GIB" => 1024m * 1024 * 1024,
        "TB" => 1e12m,
        "T" or "TIB" => 1024m * 1024 * 1024 * 1024,
        _ => null,
    };
}
