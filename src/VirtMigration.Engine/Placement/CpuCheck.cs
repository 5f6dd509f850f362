using VirtMigration.Inventory;

namespace VirtMigration.Placement;

/// <summary>The destination's CPU must have what the guest sees. For a model with features the hypervisor there compares. For the host's
/// own CPU handed through its comparison proves nothing: such a CPU names no feature, so that libvirt finds every host a superset of it
/// (x86Compute, cpu_x86.c). There the two hosts' CPUs are compared as well.</summary>
public sealed class CpuCheck : IDestinationCheck
{
    private const string Elsewhere = "Choose a host with the same CPU or a newer one of its line, or restart the VM with a CPU model that both hosts have.";

    /// <inheritdoc/>
    public IEnumerable<DestinationFinding> Check(DestinationCandidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        CpuMode mode = candidate.Definition.Cpu.Mode;
        return mode is CpuMode.HostPassthrough or CpuMode.Maximum ? Passthrough(candidate)
            : candidate.Cpu is CpuComparison answer ? Compared(candidate, answer)
            : mode == CpuMode.Default ? []
            : [Unknown(candidate, "was not asked whether it has it")];
    }

    private static IEnumerable<DestinationFinding> Compared(DestinationCandidate candidate, CpuComparison answer) => answer.Fits switch
    {
        true => [],
        false => [candidate.Blocker("CpuIncompatible", Needed(candidate), $"its hypervisor says: {answer.Reason ?? "incompatible"}", Elsewhere)],
        null => [Unknown(candidate, $"cannot tell whether it has it{(answer.Reason is null ? string.Empty : $" ({answer.Reason})")}")],
    };

    private static IEnumerable<DestinationFinding> Passthrough(DestinationCandidate candidate)
    {
        HostCpu source = candidate.Source.Facts.Cpu;
        HostCpu destination = candidate.Destination.Facts.Cpu;
        if (source.Vendor is not null && destination.Vendor is not null && source.Vendor != destination.Vendor)
        {
            return
            [
                candidate.Blocker("CpuVendorDiffers", $"a CPU of {source.Vendor}, as {candidate.Source.Name} has", $"has one of {destination.Vendor}", Elsewhere),
            ];
        }

        if (candidate.Cpu is { Fits: not true } answer)
        {
            return Compared(candidate, answer);
        }

        if (source.Model is null || destination.Model is null)
        {
            return candidate.Cpu is null ? [Unknown(candidate, $"does not tell its CPU, or {candidate.Source.Name} does not")] : [];
        }

        // Features are told beside those of the model: only under the same model can the two lists be compared.
        if (source.Model != destination.Model)
        {
            return [Unknown(candidate, $"has {destination.Model} where {candidate.Source.Name} has {source.Model}, and which features each includes is not told")];
        }

        return source.Features.IsSubsetOf(destination.Features)
            ? []
            : [
                candidate.Blocker("CpuFeaturesMissing", Needed(candidate),
                    $"lacks {string.Join(", ", source.Features.Where(feature => !destination.Features.Contains(feature)).Order(StringComparer.Ordinal))}",
                    Elsewhere),
            ];
    }

    private static DestinationFinding Unknown(DestinationCandidate candidate, string present) => candidate.Warning("CpuUnknown", Needed(candidate), present,
        $"Compare: virsh -c {candidate.Source.Registration.ConnectUri} capabilities, and {candidate.Virsh("hypervisor-cpu-compare FILE")} with the features that are there.");

    private static string Needed(DestinationCandidate candidate) => candidate.Definition.Cpu.Mode switch
    {
        CpuMode.HostPassthrough or CpuMode.Maximum => $"every CPU feature of {candidate.Source.Name}, which the guest sees as its own",
        _ => $"CPU {candidate.Definition.Cpu.Model ?? "of the guest"} with its features",
    };
}
