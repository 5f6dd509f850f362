namespace VirtMigration.Readiness;

/// <summary>What the host's releases are known to do wrong, by <see cref="KnownDefects"/>.</summary>
public sealed class KnownDefectCheck : IHostCheck
{
    /// <inheritdoc/>
    public IEnumerable<HostFinding> Check(HostSubject subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        return KnownDefects.All
            .Select(defect => (Defect: defect, Present: defect.On(subject.Host.Facts)))
            .Where(one => one.Present is not null)
            .Select(one => new HostFinding(one.Defect.Id, subject.Name, null, one.Defect.Severity, $"a {one.Defect.Software} without known defects in migration",
                $"has {one.Defect.Software} {one.Present}: {one.Defect.What}", one.Defect.Action));
    }
}
