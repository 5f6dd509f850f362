using System.Globalization;
using System.Text;
using Newtonsoft.Json;
using VirtMigration.Inventory;

namespace VirtMigration.Placement;

/// <summary>What of a VM is tied to which CPUs and cells of its host. Equal where every tie is equal.</summary>
public sealed record PinLayout
{
    // Ids have commas without blanks between them.
    private const string Separator = ", ";

    /// <summary>A VM that is tied to nothing.</summary>
    public static PinLayout None { get; } = new();

    /// <summary>Each tie in words: <c>vCPU 0: 4</c>, <c>emulator: 6-7</c>, <c>memory of cell 0: strict 1</c>. In JSON this is all: the rest says the
    /// same, deeper than ConvertTo-Json looks.</summary>
    public IReadOnlyList<string> Lines => IsEmpty() ? Array.Empty<string>() : ToString().Split(Separator);

    /// <summary>The vCPUs that may run only on some of the host's CPUs.</summary>
    [JsonIgnore]
    public IReadOnlyList<CpuPin> VCpus { get; init; } = [];

    /// <summary>The CPUs that QEMU's other threads may use; null: all.</summary>
    [JsonIgnore]
    public IReadOnlyList<int>? Emulator { get; init; }

    /// <summary>The I/O threads that may run only on some CPUs.</summary>
    [JsonIgnore]
    public IReadOnlyList<CpuPin> IoThreads { get; init; } = [];

    /// <summary>How memory is tied to cells: all of it (<see cref="NumaBinding.VirtualCell"/> is null), or by the guest's cell.</summary>
    [JsonIgnore]
    public IReadOnlyList<NumaBinding> Memory { get; init; } = [];

    /// <summary>The ties of a definition.</summary>
    /// <param name="definition">The definition.</param>
    public static PinLayout Of(VmDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        return new()
        {
            VCpus = definition.VCpuPins,
            Emulator = definition.EmulatorPin,
            IoThreads = definition.IoThreadPins,
            Memory = definition.NumaBindings,
        };
    }

    /// <summary>A definition with these ties instead of its own.</summary>
    /// <param name="definition">The definition.</param>
    public VmDefinition On(VmDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        return definition with { VCpuPins = VCpus, EmulatorPin = Emulator, IoThreadPins = IoThreads, NumaBindings = Memory };
    }

    /// <summary>Whether it ties nothing.</summary>
    public bool IsEmpty() => VCpus.Count == 0 && Emulator is null && IoThreads.Count == 0 && Memory.Count == 0;

    /// <inheritdoc/>
    public bool Equals(PinLayout? other) => other is not null
        && AreEqual(VCpus, other.VCpus)
        && (Emulator is null ? other.Emulator is null : other.Emulator is not null && AreEqual(Emulator, other.Emulator))
        && AreEqual(IoThreads, other.IoThreads)
        && AreEqual(Memory, other.Memory);

    /// <inheritdoc/>
    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    /// <summary>In words: <c>vCPU 0: 4, vCPU 1: 5, emulator: 6-7, I/O thread 1: 6, memory of cell 0: strict 1</c>; <c>nothing</c> where
    /// nothing is tied.</summary>
    public override string ToString()
    {
        StringBuilder text = new();
        Write(text, "vCPU", VCpus);
        if (Emulator is not null)
        {
            IdText.Write(Begin(text).Append("emulator: "), Emulator);
        }

        Write(text, "I/O thread", IoThreads);
        foreach (NumaBinding binding in Memory)
        {
            Begin(text).Append("memory");
            if (binding.VirtualCell is int cell)
            {
                text.Append(CultureInfo.InvariantCulture, $" of cell {cell}");
            }

            IdText.Write(text.Append(": ").Append($"{binding.Mode}".ToLowerInvariant()).Append(' '), binding.HostCells);
        }

        return text.Length == 0 ? "nothing" : text.ToString();
    }

    private static void Write(StringBuilder text, string noun, IReadOnlyList<CpuPin> pins)
    {
        for (int index = 0; index < pins.Count; index++)
        {
            IdText.Write(Begin(text).Append(noun).Append(' ').Append(pins[index].Id).Append(": "), pins[index].Cpus);
        }
    }

    private static StringBuilder Begin(StringBuilder text) => text.Length == 0 ? text : text.Append(Separator);

    private static bool AreEqual(IReadOnlyList<int> ids, IReadOnlyList<int> others)
    {
        bool equal = ids.Count == others.Count;
        for (int index = 0; equal && index < ids.Count; index++)
        {
            equal = ids[index] == others[index];
        }

        return equal;
    }

    private static bool AreEqual(IReadOnlyList<CpuPin> pins, IReadOnlyList<CpuPin> others)
    {
        bool equal = pins.Count == others.Count;
        for (int index = 0; equal && index < pins.Count; index++)
        {
            equal = pins[index].Id == others[index].Id && AreEqual(pins[index].Cpus, others[index].Cpus);
        }

        return equal;
    }

    private static bool AreEqual(IReadOnlyList<NumaBinding> bindings, IReadOnlyList<NumaBinding> others)
    {
        bool equal = bindings.Count == others.Count;
        for (int index = 0; equal && index < bindings.Count; index++)
        {
            equal = bindings[index].VirtualCell == others[index].VirtualCell && bindings[index].Mode == others[index].Mode
                && AreEqual(bindings[index].HostCells, others[index].HostCells);
        }

        return equal;
    }
}
