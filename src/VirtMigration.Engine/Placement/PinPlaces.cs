namespace VirtMigration.Placement;

/// <summary>The cells of another host that what is tied was given.</summary>
internal sealed class PinPlaces
{
    private readonly PinUnits _units;
    private readonly int[][] _placed;
    private readonly int[][] _images;

    /// <summary>Gives cells. Each cell of the source has one that stands for it: the same id where it has that, the others in turn.</summary>
    /// <param name="units">What is tied.</param>
    /// <param name="placements">The cells of each, by its number.</param>
    public PinPlaces(PinUnits units, IReadOnlyList<NumaPlacement> placements)
    {
        _units = units;
        _placed = new int[units.Units.Count][];
        _images = new int[units.Units.Count][];
        foreach (PinUnit unit in units.Units)
        {
            int[] placed = Placed(placements, unit.Id);
            _placed[unit.Index] = placed;
            _images[unit.Index] = Images(unit, placed);
        }
    }

    /// <summary>The cells that a unit was given, ascending.</summary>
    public int[] Of(PinUnit unit) => _placed[unit.Index];

    /// <summary>Whether a unit was given a cell.</summary>
    public bool IsOn(PinUnit unit, int cell) => Array.IndexOf(_placed[unit.Index], cell) >= 0;

    /// <summary>The cell that stands for one of a unit's on the source; null: it is not on that one.</summary>
    public int? ImageOf(PinUnit unit, int cell) => Array.IndexOf(unit.Current, cell) is int index and >= 0 ? _images[unit.Index][index] : null;

    /// <summary>The cells that stand for one of the source, each once.</summary>
    public List<int> ImagesOf(int cell)
    {
        List<int> images = [];
        foreach (PinUnit unit in _units.Units)
        {
            if (ImageOf(unit, cell) is int image && !images.Contains(image))
            {
                images.Add(image);
            }
        }

        return images;
    }

    private static int[] Placed(IReadOnlyList<NumaPlacement> placements, int id)
    {
        for (int index = 0; index < placements.Count; index++)
        {
            if (placements[index].VirtualCell == id)
            {
                return [.. placements[index].HostCells];
            }
        }

        throw new InvalidOperationException($"Nothing was chosen for {id}.");
    }

    private static int[] Images(PinUnit unit, int[] placed)
    {
        int[] others = Array.FindAll(placed, cell => !unit.IsOn(cell));
        int[] images = new int[unit.Current.Length];
        int next = 0;
        for (int index = 0; index < images.Length; index++)
        {
            bool kept = Array.IndexOf(placed, unit.Current[index]) >= 0;
            images[index] = kept ? unit.Current[index]
                : others.Length > 0 ? others[next++ % others.Length]
                : placed[next++ % placed.Length];
        }

        return images;
    }
}
