using Newtonsoft.Json;
using VirtMigration.Inventory;

namespace VirtMigration.Placement;

/// <summary>What of a VM is tied to which CPUs and cells of its host. Equal where every tie is equal.</summary>
public sealed record PinLayout
{
    /// <summary>A VM that is tied to nothing.</summary>
    public static PinLayout None { get; } = new();

    /// <summary>Each tie in words: <c>vCPU 0: 4</c>, <c>emulator: 6-7</c>, <c>memory of cell 0: strict 1</c>. In JSON this is all: the rest says the
    /// same, deeper than ConvertTo-Json looks.</summary>
    public IReadOnlyList<string> Lines =>
        (string[])
        [
            .. VCpus.Select(pin => $"vCPU {pin.Id}: {IdText.Ranges(pin.Cpus)}"),
            .. Emulator is null ? Array.Empty<string>() : [$"emulator: {IdText.Ranges(Emulator)}"],
            .. IoThreads.Select(pin => $"I/O thread {pin.Id}: {IdText.Ranges(pin.Cpus)}"),
            .. Memory.Select(binding =>
                $"memory{(binding.VirtualCell is int cell ? $" of cell {cell}" : string.Empty)}: {$"{binding.Mode}".ToLowerInvariant()} {IdText.Ranges(binding.HostCells)}"),
        ];

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
    public bool Equals(PinLayout? other) => other is not null && ToString() == other.ToString();

    /// <inheritdoc/>
    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    /// <summary>In words: <c>vCPU 0: 4, vCPU 1: 5, emulator: 6-7, I/O thread 1: 6, memory of cell 0: strict 1</c>; <c>nothing</c> where
    /// nothing is tied.</summary>
    public override string ToString()
    {
        string text = string.Join(", ", Lines);
        return text.Length == 0 ? "nothing" : text;
    }
}
