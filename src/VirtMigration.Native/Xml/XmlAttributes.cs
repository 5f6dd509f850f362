using System.Globalization;
using System.Xml.Linq;

namespace VirtMigration.Native.Xml;

/// <summary>Attributes of elements that may not be there.</summary>
internal static class XmlAttributes
{
    /// <summary>An attribute's text; null where the element or the attribute is absent.</summary>
    /// <param name="element">The element.</param>
    /// <param name="attribute">The attribute.</param>
    public static string? Text(this XElement? element, string attribute) => element?.Attribute(attribute)?.Value;

    /// <summary>An attribute's number; null where the element or the attribute is absent.</summary>
    /// <param name="element">The element.</param>
    /// <param name="attribute">The attribute.</param>
    /// <exception cref="FormatException">It is not a number.</exception>
    public static int? Number(this XElement? element, string attribute) =>
        element.Text(attribute) is { } text ? Number(text) : null;

    /// <summary>A number, 0 or more.</summary>
    /// <param name="text">The text.</param>
    /// <exception cref="FormatException">It is not a number.</exception>
    public static int Number(string text) => int.Parse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture);
}
