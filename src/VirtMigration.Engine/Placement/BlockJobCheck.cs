namespace VirtMigration.Placement;

/// <summary>libvirt refuses to move a VM whose disk is being copied or merged: "domain has active block job", code 55
/// (qemu_migration.c).</summary>
public sealed class BlockJobCheck : IDestinationCheck
{
    /// <inheritdoc/>
    public IEnumerable<DestinationFinding> Check(DestinationCandidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        IReadOnlyList<string> jobs = candidate.Definition.BlockJobs;
        return jobs.Count > 0
            ? [candidate.Blocker("BlockJob", $"no block job, and {string.Join(", ", jobs)} {(jobs.Count == 1 ? "has" : "have")} one", "cannot take it over: libvirt refuses to move it",
                $"Wait for its end or abort it: virsh blockjob {candidate.Vm.Name} {jobs[0]}.")]
            : [];
    }
}
