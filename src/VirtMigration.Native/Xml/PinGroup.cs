using System.Globalization;
using System.Xml.Linq;
using VirtMigration.Inventory;

namespace VirtMigration.Native.Xml;

/// <summary>An element of a definition that holds pins, perhaps beside other things (<c>cputune</c>, <c>numatune</c>). It is made where
/// it is needed, and goes where nothing is left in it.</summary>
internal sealed class PinGroup
{
    // The order in which libvirt writes them (virDomainDefFormatInternalSetRootName); it reads them in any.
    private static readonly string[] s_before =
    [
        "name", "uuid", "genid", "title", "description", "metadata", "maxMemory", "memory", "currentMemory", "blkiotune", "memtune",
        "memoryBacking", "vcpu", "vcpus", "iothreads", "iothreadids", "defaultiothread", "cputune",
    ];

    private readonly XmlEditor _editor;
    private readonly string _name;
    private readonly string[] _order;
    private readonly XElement? _element;
    private readonly HashSet<XElement> _removed = [];
    private readonly List<(string Name, string Text)> _added = [];

    private PinGroup(XmlEditor editor, string name, string[] order)
    {
        _editor = editor;
        _name = name;
        _order = order;
        _element = editor.Root.Element(name);
    }

    /// <summary>Pins of threads (virDomainCputuneDefFormat).</summary>
    /// <param name="editor">The definition.</param>
    public static PinGroup CpuTune(XmlEditor editor) => new(
        editor,
        "cputune",
        [
            "shares", "period", "quota", "global_period", "global_quota", "emulator_period", "emulator_quota", "iothread_period",
            "iothread_quota", "vcpupin", "emulatorpin", "iothreadpin",
        ]);

    /// <summary>Ties of memory (virDomainNumatuneFormatXML).</summary>
    /// <param name="editor">The definition.</param>
    public static PinGroup NumaTune(XmlEditor editor) => new(editor, "numatune", ["memory", "memnode"]);

    /// <summary>Writes the pins of threads of a kind; a thread that is left out has none.</summary>
    /// <param name="name">The element of one pin.</param>
    /// <param name="key">Its attribute with the thread's number.</param>
    /// <param name="sets">The CPUs by the thread's number.</param>
    public void Write(string name, string key, SortedDictionary<int, IReadOnlyList<int>> sets)
    {
        HashSet<int> written = [];
        foreach (XElement pin in Children(name))
        {
            int? id = pin.Number(key);
            if (id is { } there && sets.TryGetValue(there, out IReadOnlyList<int>? set) && written.Add(there))
            {
                SetNumbers(pin, "cpuset", set);
            }
            else
            {
                _ = _removed.Add(pin);
            }
        }

        foreach ((int id, IReadOnlyList<int> set) in sets.Where(pair => !written.Contains(pair.Key)))
        {
            Add(name, $"<{name} {key}='{id.ToString(CultureInfo.InvariantCulture)}' cpuset='{CpuSet.Format(set)}'/>");
        }
    }

    /// <summary>Writes a pin that there is one of.</summary>
    /// <param name="name">Its element.</param>
    /// <param name="set">The CPUs; null: there is none.</param>
    public void Write(string name, IReadOnlyList<int>? set)
    {
        List<XElement> now = [.. Children(name)];
        if (set is null)
        {
            _removed.UnionWith(now);
        }
        else if (now.Count > 0)
        {
            SetNumbers(now[0], "cpuset", set);
        }
        else
        {
            Add(name, $"<{name} cpuset='{CpuSet.Format(set)}'/>");
        }
    }

    /// <summary>Writes what all of the memory is tied to. Where numad chooses (<c>placement='auto'</c>), it goes on to.</summary>
    /// <param name="binding">The tie; null: there is none.</param>
    public void WriteForAll(NumaBinding? binding)
    {
        XElement? now = Children("memory").FirstOrDefault();
        bool tied = now is not null && now.Text("placement") != "auto" && now.Text("nodeset") is not null;
        if (binding is null)
        {
            _removed.UnionWith(tied ? [now!] : []);
        }
        else if (tied && NumaXml.Mode(now.Text("mode")) == binding.Mode)
        {
            SetNumbers(now!, "nodeset", binding.HostCells);
        }
        else
        {
            _removed.UnionWith(now is null ? [] : [now]);
            Add("memory", $"<memory mode='{Mode(binding)}' nodeset='{CpuSet.Format(binding.HostCells)}'/>");
        }
    }

    /// <summary>Writes what the memory of the guest's cells is tied to.</summary>
    /// <param name="bindings">The ties of cells; a cell that is left out has none of its own.</param>
    public void Write(IEnumerable<NumaBinding> bindings)
    {
        Dictionary<int, NumaBinding> left = bindings.ToDictionary(binding => binding.VirtualCell!.Value);
        foreach (XElement memnode in Children("memnode"))
        {
            bool kept = memnode.Number("cellid") is { } cell
                && left.TryGetValue(cell, out NumaBinding? binding)
                && binding.Mode == NumaXml.Mode(memnode.Text("mode"))
                && memnode.Text("nodeset") is not null;
            if (kept)
            {
                _ = left.Remove(memnode.Number("cellid")!.Value, out binding);
                SetNumbers(memnode, "nodeset", binding!.HostCells);
            }
            else
            {
                _ = _removed.Add(memnode);
            }
        }

        foreach (NumaBinding binding in left.Values.OrderBy(binding => binding.VirtualCell))
        {
            Add(
                "memnode",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"<memnode cellid='{binding.VirtualCell}' mode='{Mode(binding)}' nodeset='{CpuSet.Format(binding.HostCells)}'/>"));
        }
    }

    /// <summary>Adds and takes away what was asked for.</summary>
    public void Finish()
    {
        if (_element is null)
        {
            AddGroup();
        }
        else if (_element.Nodes().All(node => node is XElement child ? _removed.Contains(child) : IsSpace(node)))
        {
            ReplaceGroup(_element);
        }
        else
        {
            ChangeGroup(_element);
        }
    }

    private static bool IsSpace(XNode node) => node is XText text && string.IsNullOrWhiteSpace(text.Value);

    private static string Mode(NumaBinding binding) => binding.Mode switch
    {
        NumaMode.Preferred => "preferred",
        NumaMode.Interleave => "interleave",
        NumaMode.Restrictive => "restrictive",
        _ => "strict",
    };

    private IEnumerable<XElement> Children(string name) => _element?.Elements(name) ?? [];

    // A set that is right already stays as it is written.
    private void SetNumbers(XElement element, string attribute, IReadOnlyList<int> numbers)
    {
        XAttribute now = element.Attribute(attribute)
            ?? throw new FormatException($"The VM definition holds a {element.Name} without {attribute}.");
        if (!CpuSet.Parse(now.Value).SequenceEqual(numbers.Distinct().Order()))
        {
            _editor.SetValue(now, CpuSet.Format(numbers));
        }
    }

    private void Add(string name, string text) => _added.Add((name, text));

    private void AddGroup()
    {
        if (_added.Count > 0)
        {
            XElement anchor = _editor.Root.Elements().LastOrDefault(element => s_before.Contains(element.Name.ToString()))
                ?? throw new FormatException("The VM definition holds no name.");
            _editor.AddBehind(anchor, Group(_editor.Indent(anchor)));
        }
    }

    private void ReplaceGroup(XElement element)
    {
        if (_added.Count > 0)
        {
            _editor.Replace(element, Group(_editor.Indent(element)));
        }
        else if (_removed.Count > 0)
        {
            _editor.Remove(element);
        }
    }

    private string Group(string indent)
    {
        string inner = XmlEditor.Inner(indent);
        return $"<{_name}>{string.Concat(_added.Select(one => inner + one.Text))}{indent}</{_name}>";
    }

    private void ChangeGroup(XElement element)
    {
        foreach ((string name, string text) in _added)
        {
            int place = Array.IndexOf(_order, name);
            bool Precedes(XElement child) => Array.IndexOf(_order, child.Name.ToString()) is var at and >= 0 && at <= place;
            if (element.Elements().LastOrDefault(Precedes) is { } anchor)
            {
                _editor.AddBehind(anchor, text);
            }
            else
            {
                _editor.AddWithin(element, text);
            }
        }

        foreach (XElement child in _removed)
        {
            _editor.Remove(child);
        }
    }
}
