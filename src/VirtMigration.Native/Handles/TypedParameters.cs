using System.Runtime.InteropServices;
using VirtMigration.Native.Interop;

namespace VirtMigration.Native.Handles;

/// <summary>An array of typed parameters in libvirt's memory: built here to be passed, or returned by libvirt to be read.</summary>
internal sealed unsafe class TypedParameters : SafeHandle
{
    private int _count;
    private int _capacity;

    /// <summary>An empty array to add to.</summary>
    public TypedParameters()
        : base(0, ownsHandle: true)
    {
    }

    /// <summary>Takes over an array that libvirt returned.</summary>
    /// <param name="array">The array, which is this handle's from now on.</param>
    /// <param name="count">How many parameters it holds.</param>
    public TypedParameters(nint array, int count)
        : this()
    {
        SetHandle(array);
        _count = _capacity = count;
    }

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>How many there are.</summary>
    public int Count => _count;

    /// <summary>The parameters, valid until this handle is disposed.</summary>
    public ReadOnlySpan<VirTypedParameter> Entries => new((void*)handle, _count);

    /// <summary>Adds a signed 32-bit number.</summary>
    /// <param name="name">The key.</param>
    /// <param name="value">The value.</param>
    public void Add(string name, int value) =>
        Added(Libvirt.virTypedParamsAddInt(ref handle, ref _count, ref _capacity, name, value), name);

    /// <summary>Adds an unsigned 64-bit number.</summary>
    /// <param name="name">The key.</param>
    /// <param name="value">The value.</param>
    public void Add(string name, ulong value) =>
        Added(Libvirt.virTypedParamsAddULLong(ref handle, ref _count, ref _capacity, name, value), name);

    /// <summary>Adds text; libvirt copies it.</summary>
    /// <param name="name">The key.</param>
    /// <param name="value">The value.</param>
    public void Add(string name, string value) =>
        Added(Libvirt.virTypedParamsAddString(ref handle, ref _count, ref _capacity, name, value), name);

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        Libvirt.virTypedParamsFree(handle, _count);
        return true;
    }

    // The only ways to fail are no memory and a name beyond 79 bytes; the names are constants of this project.
    private static void Added(int result, string name)
    {
        if (result < 0)
        {
            throw new InvalidOperationException($"libvirt could not take the parameter '{name}'.");
        }
    }
}
