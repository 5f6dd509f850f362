using System.Xml.Linq;
using VirtMigration.Inventory;

namespace VirtMigration.Native.Xml;

/// <summary>Memory devices (DIMMs, virtio-mem and others) can name the host's cells that their memory comes from
/// (formatdomain, <c>devices/memory/source/nodemask</c>). A layout does not hold them: they go where the VM's other memory goes.</summary>
internal static class MemoryDeviceCells
{
    /// <summary>Writes the cells that correspond to those named now.</summary>
    /// <param name="editor">The definition.</param>
    /// <param name="before">What its memory is tied to now.</param>
    /// <param name="after">What it is going to be tied to.</param>
    /// <exception cref="UnclearCellsException">What corresponds to them is not known, or several things do.</exception>
    public static void Write(XmlEditor editor, IReadOnlyList<NumaBinding> before, IReadOnlyList<NumaBinding> after)
    {
        List<(NumaBinding Before, NumaBinding After)> moves =
        [
            .. before.Join(after, one => one.VirtualCell ?? -1, other => other.VirtualCell ?? -1, (one, other) => (one, other)),
        ];
        foreach (XElement device in editor.Root.Element("devices")?.Elements("memory") ?? [])
        {
            if (device.Element("source")?.Element("nodemask") is { } nodemask)
            {
                IReadOnlyList<int> now = CpuSet.Parse(nodemask.Value);
                IReadOnlyList<int> cells = OfOwnCell(now, device, moves) ?? AsOneSet(now, moves) ?? CellByCell(now, moves)
                    ?? throw new UnclearCellsException(
                        $"a memory device ({device.Text("model")}) is tied to the cells {nodemask.Value.Trim()} of its host, "
                        + "and the new pins do not tell what these become.");
                if (!now.SequenceEqual(cells))
                {
                    editor.Replace(nodemask, $"<nodemask>{CpuSet.Format(cells)}</nodemask>");
                }
            }
        }
    }

    // The device belongs to a cell of the guest, and is tied as that one is.
    private static IReadOnlyList<int>? OfOwnCell(
        IReadOnlyList<int> now, XElement device, IEnumerable<(NumaBinding Before, NumaBinding After)> moves)
    {
        int? cell = device.Element("target")?.Element("node") is { } node ? XmlAttributes.Number(node.Value) : null;
        return moves
            .Where(move => cell is not null && move.Before.VirtualCell == cell && move.Before.HostCells.SequenceEqual(now))
            .Select(move => move.After.HostCells)
            .FirstOrDefault();
    }

    // All that is tied to just these cells goes to the same ones.
    private static IReadOnlyList<int>? AsOneSet(IReadOnlyList<int> now, IEnumerable<(NumaBinding Before, NumaBinding After)> moves)
    {
        List<IReadOnlyList<int>> sets =
        [
            .. moves.Where(move => move.Before.HostCells.SequenceEqual(now)).Select(move => move.After.HostCells),
        ];
        return sets.Count > 0 && sets.All(set => set.SequenceEqual(sets[0])) ? sets[0] : null;
    }

    // Each cell has one successor: of a tie to one cell that becomes a tie to one, or of cells that stay.
    private static IReadOnlyList<int>? CellByCell(IReadOnlyList<int> now, IEnumerable<(NumaBinding Before, NumaBinding After)> moves)
    {
        ILookup<int, int> successors = moves
            .SelectMany(move => move switch
            {
                { Before.HostCells: [int from], After.HostCells: [int to] } => [(from, to)],
                _ when move.Before.HostCells.SequenceEqual(move.After.HostCells) =>
                    move.Before.HostCells.Select(cell => (from: cell, to: cell)),
                _ => [],
            })
            .Distinct()
            .ToLookup(pair => pair.from, pair => pair.to);
        return now.All(cell => successors[cell].Count() == 1)
            ? [.. now.Select(cell => successors[cell].Single()).Distinct().Order()]
            : null;
    }
}
