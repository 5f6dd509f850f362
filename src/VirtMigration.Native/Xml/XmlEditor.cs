using System.Xml;
using System.Xml.Linq;

namespace VirtMigration.Native.Xml;

/// <summary>Changes some elements of a document in its own text, so that all others stay as they were to the letter: metadata is its
/// owner's, and a parser that writes it anew would change quotes, entities, CDATA and prefixes. Changes must not overlap.</summary>
internal sealed class XmlEditor
{
    private readonly string _text;
    private readonly List<int> _lines = [0];
    private readonly Dictionary<XElement, (int Start, int End)> _places = [];
    private readonly List<(int Start, int End, string Text)> _changes = [];

    private XmlEditor(string text, XElement root)
    {
        _text = text;
        Root = root;
        FindLines();
        FindElements();
    }

    /// <summary>The document, as it was when it was opened.</summary>
    public XElement Root { get; }

    /// <summary>Opens a document.</summary>
    /// <param name="text">The document.</param>
    /// <param name="what">What it is, for the message.</param>
    /// <exception cref="FormatException">It is not XML, or has a document type.</exception>
    public static XmlEditor Open(string text, string what) => new(text, SafeXml.Read(text, what, LoadOptions.SetLineInfo));

    /// <summary>Writes something else in an element's place.</summary>
    /// <param name="element">The element.</param>
    /// <param name="text">What is written.</param>
    public void Replace(XElement element, string text) => _changes.Add((_places[element].Start, _places[element].End, text));

    /// <summary>Takes an element away, and the space before it.</summary>
    /// <param name="element">The element.</param>
    public void Remove(XElement element) => _changes.Add((SpaceBefore(_places[element].Start), _places[element].End, string.Empty));

    /// <summary>Takes an attribute away, and the space before it.</summary>
    /// <param name="attribute">The attribute.</param>
    public void Remove(XAttribute attribute)
    {
        int start = Offset(attribute);
        _changes.Add((SpaceBefore(start), Value(start).End + 1, string.Empty));
    }

    /// <summary>Gives an attribute another value.</summary>
    /// <param name="attribute">The attribute.</param>
    /// <param name="value">The value, without a character that XML has its own writing for.</param>
    public void SetValue(XAttribute attribute, string value)
    {
        (int start, int end) = Value(Offset(attribute));
        _changes.Add((start, end, value));
    }

    /// <summary>Adds text behind an element, on a line of its own where the element has one.</summary>
    /// <param name="element">The element.</param>
    /// <param name="text">The text.</param>
    public void AddBehind(XElement element, string text)
    {
        int end = _places[element].End;
        _changes.Add((end, end, Indent(element) + text));
    }

    /// <summary>Adds text as the first of what an element holds, on a line of its own where the element has one.</summary>
    /// <param name="element">The element, which holds something.</param>
    /// <param name="text">The text.</param>
    public void AddWithin(XElement element, string text)
    {
        int start = EndOfTag(_places[element].Start);
        _changes.Add((start, start, Inner(Indent(element)) + text));
    }

    /// <summary>What begins an element's line: the end of the line before and the blanks; nothing where it stands behind
    /// another.</summary>
    /// <param name="element">The element.</param>
    public string Indent(XElement element)
    {
        int start = _places[element].Start;
        string space = _text[SpaceBefore(start)..start];
        return space.LastIndexOf('\n') is var line and >= 0 ? space[line..] : string.Empty;
    }

    /// <summary>The beginning of the lines within an element.</summary>
    /// <param name="indent">The beginning of its own.</param>
    public static string Inner(string indent) => indent.Length == 0 ? string.Empty : indent + "  ";

    /// <summary>The document with all changes.</summary>
    public override string ToString()
    {
        List<string> parts = [];
        int at = 0;
        foreach ((int start, int end, string text) in _changes.OrderBy(change => change.Start).ThenBy(change => change.End))
        {
            parts.Add(_text[at..start]);
            parts.Add(text);
            at = end;
        }

        return string.Concat([.. parts, _text[at..]]);
    }

    // The ends of lines as XmlReader counts them.
    private void FindLines()
    {
        for (int i = 0; i < _text.Length; i++)
        {
            if (_text[i] == '\n' || (_text[i] == '\r' && (i + 1 == _text.Length || _text[i + 1] != '\n')))
            {
                _lines.Add(i + 1);
            }
        }
    }

    // An element of a document knows where it begins, and only the reader where it ends.
    private void FindElements()
    {
        using IEnumerator<XElement> elements = Root.DescendantsAndSelf().GetEnumerator();
        Stack<XElement> open = [];
        using XmlReader reader = SafeXml.Open(_text);
        while (reader.Read())
        {
            if (reader.NodeType == XmlNodeType.Element)
            {
                _ = elements.MoveNext();
                XElement element = elements.Current;
                int start = Offset((IXmlLineInfo)reader) - 1;
                _places[element] = (start, reader.IsEmptyElement ? EndOfTag(start) : start);
                if (!reader.IsEmptyElement)
                {
                    open.Push(element);
                }
            }
            else if (reader.NodeType == XmlNodeType.EndElement)
            {
                XElement element = open.Pop();
                _places[element] = (_places[element].Start, EndOfTag(Offset((IXmlLineInfo)reader)));
            }
        }
    }

    private int Offset(IXmlLineInfo place) => _lines[place.LineNumber - 1] + place.LinePosition - 1;

    // A value may hold the sign that ends a tag.
    private int EndOfTag(int at)
    {
        while (_text[at] != '>')
        {
            at = _text[at] is '\'' or '"' ? _text.IndexOf(_text[at], at + 1) + 1 : at + 1;
        }

        return at + 1;
    }

    private (int Start, int End) Value(int attribute)
    {
        int quote = _text.IndexOfAny(['\'', '"'], attribute);
        return (quote + 1, _text.IndexOf(_text[quote], quote + 1));
    }

    private int SpaceBefore(int at)
    {
        while (at > 0 && char.IsWhiteSpace(_text[at - 1]))
        {
            at--;
        }

        return at;
    }
}
