using System.Xml;
using System.Xml.Linq;

namespace VirtMigration.Native.Xml;

/// <summary>Reads XML that a host sent. It resolves nothing and accepts no document type: an entity could read files of the machine
/// this shell runs on, or fill its memory.</summary>
internal static class SafeXml
{
    private static readonly XmlReaderSettings s_settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
    };

    /// <summary>The root element of a document.</summary>
    /// <param name="text">The document.</param>
    /// <param name="what">What it is, for the message.</param>
    /// <exception cref="FormatException">It is not XML, or has a document type.</exception>
    public static XElement Read(string text, string what)
    {
        try
        {
            using XmlReader reader = XmlReader.Create(new StringReader(text), s_settings);
            return XElement.Load(reader);
        }
        catch (XmlException error)
        {
            throw new FormatException($"The {what} cannot be read: {error.Message}", error);
        }
    }
}
