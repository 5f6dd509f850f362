using System.Numerics;

namespace VirtMigration.Placement;

/// <summary>A set of ids of CPUs or cells, one bit each.</summary>
internal sealed class IdSet
{
    private const int Bits = 64;

    private ulong[] _words = new ulong[4];
    private int[] _last = [];
    private int[] _next = [];
    private int _lastCount;

    /// <summary>Whether none is in it.</summary>
    public bool IsEmpty => Array.TrueForAll(_words, static word => word == 0);

    /// <summary>Adds some. The same again costs next to nothing: often every vCPU is pinned to all CPUs of a cell.</summary>
    public void Add(IReadOnlyList<int> ids)
    {
        if (_next.Length < ids.Count)
        {
            _next = new int[ids.Count];
        }

        Span<int> next = _next.AsSpan(0, ids.Count);
        CopyTo(ids, next);
        if (next.SequenceEqual(_last.AsSpan(0, _lastCount)))
        {
            return;
        }

        foreach (int id in next)
        {
            Add(id);
        }

        (_last, _next, _lastCount) = (_next, _last, ids.Count);
    }

    /// <summary>Adds one.</summary>
    public void Add(int id)
    {
        if (id / Bits >= _words.Length)
        {
            Array.Resize(ref _words, (id / Bits) + 1);
        }

        _words[id / Bits] |= 1UL << (id % Bits);
    }

    /// <summary>Whether one is in it.</summary>
    public bool Contains(int id) => id / Bits < _words.Length && (_words[id / Bits] & (1UL << (id % Bits))) != 0;

    /// <summary>Those that are not in another.</summary>
    public IdSet Without(IdSet other)
    {
        IdSet left = new() { _words = [.. _words] };
        for (int i = 0; i < Math.Min(_words.Length, other._words.Length); i++)
        {
            left._words[i] &= ~other._words[i];
        }

        return left;
    }

    /// <summary>Ascending.</summary>
    public List<int> ToList()
    {
        List<int> ids = [];
        for (int word = 0; word < _words.Length; word++)
        {
            for (ulong rest = _words[word]; rest != 0; rest &= rest - 1)
            {
                ids.Add((word * Bits) + BitOperations.TrailingZeroCount(rest));
            }
        }

        return ids;
    }

    // An interface hands numbers out one by one; a collection copies them in one go.
    private void CopyTo(IReadOnlyList<int> ids, Span<int> next)
    {
        if (ids is ICollection<int> collection)
        {
            collection.CopyTo(_next, 0);
            return;
        }

        for (int i = 0; i < next.Length; i++)
        {
            next[i] = ids[i];
        }
    }
}
