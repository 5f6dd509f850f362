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
    /// <param name="options">What is kept beside the content.</param>
    /// <exception cref="FormatException">It is not XML, or has a document type.</exception>
    public static XElement Read(string text, string what, LoadOptions options = LoadOptions.None)
    {
        try
        {
            using XmlReader reader = Open(text);
            return XElement.Load(reader, options);
        }
        catch (XmlException error)
        {
            throw new FormatException($"The {what} cannot be read: {error.Message}", error);
        }
    }

    /// <summary>A reader of a document's text.</summary>
    /// <param name="text">The document.</param>
    public static XmlReader Open(string text) => XmlReader.Create(new StringReader(text), s_settings);
}
