using VirtMigration.Inventory;

namespace VirtMigration.Readiness;

/// <summary>A shell that was killed may have left its probe behind. It could also be one of a test that runs now, so it is said and not
/// ended.</summary>
public sealed class LeftoverProbeCheck : IHostCheck
{
    /// <inheritdoc/>
    public IEnumerable<HostFinding> Check(HostSubject subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        List<VirtualMachine> left = [.. (subject.Vms ?? []).Where(vm => ProbeName.Is(vm.Name, vm.Uuid))];
        return left.Count == 0
            ? []
            : [subject.Warning("ProbeLeftOver", "no probe of an earlier test", $"has {string.Join(", ", left.Select(vm => vm.Name))}",
                $"If nobody runs Test-VmHost -Probe now, end it: {string.Join("; ", left.Select(vm => subject.Virsh($"destroy {vm.Name}")))}.")];
    }
}
