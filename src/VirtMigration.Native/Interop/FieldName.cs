using System.Runtime.CompilerServices;

namespace VirtMigration.Native.Interop;

/// <summary>The name inside a typed parameter or a memory statistic: 80 bytes, ended by a zero
/// (VIR_TYPED_PARAM_FIELD_LENGTH, VIR_NODE_MEMORY_STATS_FIELD_LENGTH).</summary>
[InlineArray(Length)]
internal struct FieldName
{
    public const int Length = 80;

    private byte _first;

    /// <summary>Whether this is a given name. Compared as bytes: a listing of a thousand VMs makes no string for it.</summary>
    /// <param name="name">The name in UTF-8.</param>
    public readonly bool Is(ReadOnlySpan<byte> name)
    {
        ReadOnlySpan<byte> field = this;
        return name.Length < Length && field[name.Length] == 0 && field.StartsWith(name);
    }
}
