using System.Runtime.InteropServices;

namespace VirtMigration.Native.Handles;

/// <summary>The objects of a list that libvirt made, freed together.</summary>
/// <typeparam name="T">Their handle.</typeparam>
internal sealed class HandleList<T> : IDisposable
    where T : SafeHandle
{
    private readonly T[] _handles;

    /// <summary>Takes over a list.</summary>
    /// <param name="array">The list, which is freed here; its objects are this list's from now on.</param>
    /// <param name="count">How many objects it holds.</param>
    /// <param name="wrap">Makes a handle of an object's pointer.</param>
    public unsafe HandleList(nint* array, int count, Func<nint, T> wrap)
    {
        _handles = new T[count];
        for (int i = 0; i < count; i++)
        {
            _handles[i] = wrap(array[i]);
        }

        NativeMemory.Free(array);
    }

    /// <summary>The objects.</summary>
    public IReadOnlyList<T> Items => _handles;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (T handle in _handles)
        {
            handle.Dispose();
        }
    }
}
